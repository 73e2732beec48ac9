import { echoBody, encodeIcmp, icmpProtocol, icmpType, icmpv6Type } from '../network/icmp.ts';
import { type IpPacket, protocol } from '../network/ip.ts';
import { encodeTcp, tcpFlag } from '../network/tcp.ts';
import { encodeUdp } from '../network/udp.ts';
import type { FirstPacket, Passage } from './flow-of-packet.ts';

/** By what a shot is known again, wherever and in whatever form it comes out. */
export interface ShotMark {
  /** Bytes that no other frame holds. */
  readonly token: Buffer;
  /** A source port (or echo identifier) that nobody else uses. */
  readonly port: number;
}

/** A frame that is put on a cable in the name of whoever is at its far end, and what the policy says about it. */
export interface Shot {
  readonly cable: string;
  /** Board, `uplink` or `router`: whom it is for. */
  readonly to: string;
  readonly what: string;
  readonly expected: Passage | null;
  readonly frame: (mark: ShotMark) => Buffer;
}

const tokenHead = 'BSM:';
const tokenLength = 12;

/** @param number below 10 ** 8 */
export function shotToken(number: number): Buffer {
  return Buffer.from(`${tokenHead}${String(number).padStart(tokenLength - tokenHead.length, '0')}`);
}

/** The number of the token in a frame, or null. */
export function numberOfShot(frame: Buffer): number | null {
  const at = frame.indexOf(tokenHead);
  if (at === -1) return null;
  const digits = frame.toString('latin1', at + tokenHead.length, at + tokenLength);
  return /^\d+$/.test(digits) && digits.length === tokenLength - tokenHead.length ? Number(digits) : null;
}

/** The first packet of a connection as its sender would make it, with the token as its first data. */
export function firstPacket(packet: FirstPacket, { token, port }: ShotMark): IpPacket {
  const { source, destination } = packet;
  switch (packet.protocol) {
    case 'tcp': {
      const segment = { sourcePort: port, destinationPort: packet.port, sequence: 1000, acknowledgement: 0 };
      const payload = encodeTcp({ ...segment, flags: tcpFlag.syn, payload: token }, source, destination);
      return { source, destination, protocol: protocol.tcp, payload };
    }
    case 'udp': {
      const datagram = { sourcePort: port, destinationPort: packet.port, payload: token };
      const payload = encodeUdp(datagram, source, destination);
      return { source, destination, protocol: protocol.udp, payload };
    }
    case 'icmp-echo': {
      const type = source.includes(':') ? icmpv6Type.echo : icmpType.echo;
      const payload = encodeIcmp({ type, code: 0, body: echoBody(port, 1, token) }, source, destination);
      return { source, destination, protocol: icmpProtocol(source), payload };
    }
  }
}

/** `tcp 10.0.3.2 > 10.0.1.2:8003`, as `boardsmith policy explain` takes it. */
export function packetWords({ protocol: kind, source, destination, port }: FirstPacket): string {
  if (kind === 'icmp-echo') return `icmp echo ${source} > ${destination}`;
  return `${kind} ${source} > ${destination.includes(':') ? `[${destination}]` : destination}:${port}`;
}

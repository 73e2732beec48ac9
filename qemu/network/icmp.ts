import { internetChecksum, pseudoHeader } from './checksum.ts';
import { familyOf, protocol } from './ip.ts';

/** A message of ICMP (RFC 792) or ICMPv6 (RFC 4443): what follows the checksum is the body. */
export interface IcmpMessage {
  readonly type: number;
  readonly code: number;
  readonly body: Buffer;
}

export const icmpType = {
  echoReply: 0,
  unreachable: 3,
  redirect: 5,
  echo: 8,
  timeExceeded: 11,
  timestamp: 13,
} as const;
export const icmpv6Type = {
  ...{ unreachable: 1, packetTooBig: 2, timeExceeded: 3, multicastReport: 131 },
  ...{ echo: 128, echoReply: 129, routerSolicitation: 133, routerAdvertisement: 134 },
  ...{ neighbourSolicitation: 135, neighbourAdvertisement: 136, redirect: 137 },
} as const;

/** Protocol number of ICMP for a packet of this source. */
export function icmpProtocol(source: string): number {
  return familyOf(source) === 'ipv4' ? protocol.icmp : protocol.icmpv6;
}

export function encodeIcmp(message: IcmpMessage, source: string, destination: string): Buffer {
  const header = Buffer.from([message.type, message.code, 0, 0]);
  const bytes = Buffer.concat([header, message.body]);
  const pseudo =
    familyOf(source) === 'ipv4'
      ? Buffer.alloc(0)
      : pseudoHeader(source, destination, protocol.icmpv6, bytes.length);
  bytes.writeUInt16BE(internetChecksum(pseudo, bytes), 2);
  return bytes;
}

export function decodeIcmp(bytes: Buffer): IcmpMessage | null {
  if (bytes.length < 4) return null;
  return { type: bytes[0]!, code: bytes[1]!, body: bytes.subarray(4) };
}

/** The body of an echo request or reply. */
export function echoBody(identifier: number, sequence: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(identifier, 0);
  head.writeUInt16BE(sequence, 2);
  return Buffer.concat([head, payload]);
}

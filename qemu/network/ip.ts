import { addressBytes, addressText } from './address-bytes.ts';
import { internetChecksum } from './checksum.ts';
import { etherType } from './ethernet.ts';

/** Numbers of the protocols registry. */
export const protocol = {
  icmp: 1,
  igmp: 2,
  tcp: 6,
  udp: 17,
  gre: 47,
  esp: 50,
  icmpv6: 58,
  sctp: 132,
} as const;

/** An IP packet of either family: by its addresses. */
export interface IpPacket {
  readonly source: string;
  readonly destination: string;
  /** IPv4's protocol; IPv6's next header. An extension header is part of the payload. */
  readonly protocol: number;
  readonly payload: Buffer;
  readonly hopLimit?: number;
  /** IPv4 alone. Offset in bytes, a multiple of eight. */
  readonly fragment?: { readonly id: number; readonly offset: number; readonly more: boolean };
  /** IPv4 alone: options, a multiple of four bytes. */
  readonly options?: Buffer;
}

const usualHopLimit = 64;

export function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}

/** EtherType of a packet with this source. */
export function etherTypeOf(address: string): number {
  return etherType[familyOf(address)];
}

export function encodeIp(packet: IpPacket): Buffer {
  return familyOf(packet.source) === 'ipv4' ? encodeIpv4(packet) : encodeIpv6(packet);
}

/** RFC 791. */
function encodeIpv4(packet: IpPacket): Buffer {
  const { fragment, options = Buffer.alloc(0) } = packet;
  const header = Buffer.concat([Buffer.alloc(20), options]);
  header[0] = 0x40 | (header.length / 4);
  header.writeUInt16BE(header.length + packet.payload.length, 2);
  header.writeUInt16BE(fragment?.id ?? 0, 4);
  // Without a fragment: "do not fragment".
  header.writeUInt16BE(
    fragment === undefined ? 0x4000 : (fragment.more ? 0x2000 : 0) | (fragment.offset / 8),
    6,
  );
  header[8] = packet.hopLimit ?? usualHopLimit;
  header[9] = packet.protocol;
  addressBytes(packet.source).copy(header, 12);
  addressBytes(packet.destination).copy(header, 16);
  header.writeUInt16BE(internetChecksum(header), 10);
  return Buffer.concat([header, packet.payload]);
}

/** RFC 8200. */
function encodeIpv6(packet: IpPacket): Buffer {
  const header = Buffer.alloc(8);
  header[0] = 0x60;
  header.writeUInt16BE(packet.payload.length, 4);
  header[6] = packet.protocol;
  header[7] = packet.hopLimit ?? usualHopLimit;
  return Buffer.concat([
    header,
    addressBytes(packet.source),
    addressBytes(packet.destination),
    packet.payload,
  ]);
}

/** @param payload of an Ethernet frame of IPv4 or IPv6; padding is left out @returns null for what is no whole packet */
export function decodeIp(payload: Buffer): IpPacket | null {
  if (payload.length < 20) return null;
  return payload[0]! >> 4 === 6 ? decodeIpv6(payload) : decodeIpv4(payload);
}

function decodeIpv4(bytes: Buffer): IpPacket | null {
  const headerLength = (bytes[0]! & 15) * 4;
  const length = bytes.readUInt16BE(2);
  if (bytes[0]! >> 4 !== 4 || headerLength < 20 || length < headerLength || length > bytes.length)
    return null;
  const flags = bytes.readUInt16BE(6);
  const [more, offset] = [(flags & 0x2000) !== 0, (flags & 0x1fff) * 8];
  return {
    source: addressText(bytes.subarray(12, 16)),
    destination: addressText(bytes.subarray(16, 20)),
    protocol: bytes[9]!,
    hopLimit: bytes[8]!,
    payload: bytes.subarray(headerLength, length),
    ...(more || offset > 0 ? { fragment: { id: bytes.readUInt16BE(4), offset, more } } : {}),
    ...(headerLength > 20 ? { options: bytes.subarray(20, headerLength) } : {}),
  };
}

function decodeIpv6(bytes: Buffer): IpPacket | null {
  if (bytes.length < 40) return null;
  const length = bytes.readUInt16BE(4);
  if (40 + length > bytes.length) return null;
  return {
    source: addressText(bytes.subarray(8, 24)),
    destination: addressText(bytes.subarray(24, 40)),
    protocol: bytes[6]!,
    hopLimit: bytes[7]!,
    payload: bytes.subarray(40, 40 + length),
  };
}

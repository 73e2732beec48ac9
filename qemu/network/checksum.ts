import { addressBytes } from './address-bytes.ts';

/** The Internet checksum (RFC 1071): ones' complement of the ones' complement sum of 16-bit words, an odd last byte padded with zero. */
export function internetChecksum(...parts: readonly Uint8Array[]): number {
  const bytes = Buffer.concat(parts);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at]! << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** What TCP, UDP and ICMPv6 sum besides their own bytes (RFC 9293, 3.1; RFC 8200, 8.1). */
export function pseudoHeader(source: string, destination: string, protocol: number, length: number): Buffer {
  const addresses = [addressBytes(source), addressBytes(destination)];
  const rest = Buffer.alloc(addresses[0]!.length === 4 ? 4 : 8);
  if (rest.length === 4) {
    rest[1] = protocol;
    rest.writeUInt16BE(length, 2);
  } else {
    rest.writeUInt32BE(length, 0);
    rest[7] = protocol;
  }
  return Buffer.concat([...addresses, rest]);
}

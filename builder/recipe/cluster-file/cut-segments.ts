import {
  addressBits,
  type Family,
  formatAddress,
  type IpNetwork,
  parseNetwork,
} from '../address/ip-network.ts';
import type { UnitAddresses } from '../resolved-cluster.ts';
import type { AddressingFields } from './cluster-fields.ts';

/** A segment of IPv6: what router advertisements need (RFC 4862). */
const ipv6SegmentLength = 64;

/** How many segments there is room for. @param text a network @returns 0 for a text that is none of the family */
export function segmentRoom(text: string, family: Family, segmentLength: number): number {
  const network = parseNetwork(text);
  if (network?.family !== family || network.prefixLength > segmentLength) return 0;
  return 2 ** Math.min(20, segmentLength - network.prefixLength);
}

export function ipv4Room({ ipv4, segmentLength }: AddressingFields): number {
  return segmentRoom(ipv4, 'ipv4', segmentLength);
}

export function ipv6Room({ ipv6 }: AddressingFields): number {
  return ipv6 === null ? 0 : segmentRoom(ipv6, 'ipv6', ipv6SegmentLength);
}

/** Addresses of the board with this number (from 0 in the order of the file). */
export function cutSegments(
  { ipv4, segmentLength, ipv6 }: AddressingFields,
  index: number,
): { readonly ipv4: UnitAddresses; readonly ipv6: UnitAddresses | null } {
  return {
    ipv4: segment(parseNetwork(ipv4)!, segmentLength, index),
    ipv6: ipv6 === null ? null : segment(parseNetwork(ipv6)!, ipv6SegmentLength, index),
  };
}

/** The first address is the network's own (in IPv6 that of any router on it), the second the router's, the third the board's. */
function segment({ family, address }: IpNetwork, prefixLength: number, index: number): UnitAddresses {
  const start = address + (BigInt(index) << BigInt(addressBits[family] - prefixLength));
  return {
    router: formatAddress(family, start + 1n),
    board: formatAddress(family, start + 2n),
    prefixLength,
  };
}

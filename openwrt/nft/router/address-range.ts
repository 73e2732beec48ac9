import ipaddr from 'ipaddr.js';
import type { Interval, Scalar } from '../model.ts';
import { greater } from './greater.ts';

/** Addresses of one family, both ends included. */
export interface AddressRange {
  readonly family: 'ipv4' | 'ipv6';
  readonly first: bigint;
  readonly last: bigint;
}

const bits = { ipv4: 32, ipv6: 128 } as const;

/** @param network an address, or a network in CIDR form; bits behind its prefix do not count */
export function addressRange(network: string): AddressRange {
  const [address, length] = network.includes('/')
    ? ipaddr.parseCIDR(network)
    : ([ipaddr.parse(network), undefined] as const);
  const family = address.kind();
  const value = address.toByteArray().reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const hostMask = (1n << BigInt(bits[family] - (length ?? bits[family]))) - 1n;
  return { family, first: value & ~hostMask, last: value | hostMask };
}

/** As an element of a set says it: an address, a prefix, or a range of two addresses. */
export function rangeKey({ family, first, last }: AddressRange): Scalar | Interval {
  const length = bits[family] - (last - first).toString(2).length;
  const size = last - first + 1n;
  if (size === 1n) return addressText(family, first);
  const isPrefix = (size & (size - 1n)) === 0n && first % size === 0n;
  if (isPrefix) return `${addressText(family, first)}/${length}`;
  return { first: addressText(family, first), last: addressText(family, last) };
}

/** In the shortest usual form (RFC 5952 for IPv6). */
function addressText(family: 'ipv4' | 'ipv6', value: bigint): string {
  const bytes = Array.from({ length: bits[family] / 8 }, (_, index) =>
    Number((value >> BigInt(bits[family] - 8 * (index + 1))) & 0xffn),
  );
  const address = ipaddr.fromByteArray(bytes);
  return address.kind() === 'ipv6' ? (address as ipaddr.IPv6).toRFC5952String() : address.toString();
}

export const isWithin = (inner: AddressRange, outer: AddressRange): boolean =>
  inner.family === outer.family && inner.first >= outer.first && inner.last <= outer.last;

/** Ranges of one family that neither touch nor overlap, lowest first: a set takes each address once. */
export function mergeRanges(ranges: readonly AddressRange[]): AddressRange[] {
  const merged: AddressRange[] = [];
  for (const range of ranges.toSorted((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))) {
    const last = merged.at(-1);
    if (last === undefined || range.first > last.last + 1n) merged.push(range);
    else merged[merged.length - 1] = { ...last, last: greater(range.last, last.last) };
  }
  return merged;
}

/** Ranges of the networks of one family. */
export const rangesOfFamily = (networks: readonly string[], family: 'ipv4' | 'ipv6'): AddressRange[] =>
  mergeRanges(networks.map(addressRange).filter((range) => range.family === family));

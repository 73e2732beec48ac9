import { isIPv4, isIPv6 } from 'node:net';
import type { Interval } from './interval.ts';
import { ipv4Base } from './packet-fields.ts';

/** An IPv4 address as 32 bits, an IPv6 address as 128; null if it is neither. */
export function parseIPv4(text: string): bigint | null {
  if (!isIPv4(text)) return null;
  return text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

export function parseIPv6(text: string): bigint | null {
  if (!isIPv6(text) || text.includes('%')) return null;
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (dotted !== null) {
    const low = parseIPv4(dotted[2]!)!;
    return parseIPv6(`${dotted[1]}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`);
  }
  const [head = '', tail] = text.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array.from({ length: zeros }, () => '0'), ...right].reduce(
    (sum, group) => sum * 65536n + BigInt(`0x${group}`),
    0n,
  );
}

/** A MAC address as 48 bits; null if it is none. */
export function parseMac(text: string): bigint | null {
  return /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text) ? BigInt(`0x${text.replaceAll(':', '')}`) : null;
}

/** An address of either family as the fields of a packet hold it. */
export function addressNumber(text: string): bigint {
  const four = parseIPv4(text);
  if (four !== null) return ipv4Base + four;
  const six = parseIPv6(text);
  if (six === null) throw new Error(`${text} is not an address`);
  return six;
}

/** A network in CIDR form as the fields of a packet hold it; bits below the prefix are ignored. */
export function networkInterval(address: string, prefixLength: number): Interval {
  const bits = isIPv4(address) ? 32 : 128;
  const host = 1n << BigInt(bits - prefixLength);
  const number = addressNumber(address);
  const first = number - (number % host);
  return { first, last: first + host - 1n };
}

export function cidrInterval(cidr: string): Interval {
  const [address, length] = cidr.split('/');
  return networkInterval(address!, length === undefined ? (isIPv4(address!) ? 32 : 128) : Number(length));
}

export function addressText(value: bigint): string {
  if (value >= ipv4Base) {
    const four = value - ipv4Base;
    return [24n, 16n, 8n, 0n].map((shift) => String((four >> shift) & 255n)).join('.');
  }
  const groups = Array.from({ length: 8 }, (_, index) =>
    Number((value >> BigInt(112 - 16 * index)) & 0xffffn),
  );
  let best = { start: 0, length: 0 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  const hex = (part: number[]): string => part.map((group) => group.toString(16)).join(':');
  return best.length < 2
    ? hex(groups)
    : `${hex(groups.slice(0, best.start))}::${hex(groups.slice(best.start + best.length))}`;
}

export const macText = (value: bigint): string =>
  value.toString(16).padStart(12, '0').match(/../g)!.join(':');

/** Lower-case hexadecimal, colons: `52:54:00:12:34:56`. */
export const macPattern = '^[0-9a-f]{2}(:[0-9a-f]{2}){5}$';

const macBits = 48n;

/** @param text fits `macPattern` */
export function parseMac(text: string): bigint {
  return BigInt(`0x${text.replaceAll(':', '')}`);
}

export function formatMac(address: bigint): string {
  return address.toString(16).padStart(12, '0').match(/../g)!.join(':');
}

/** So many addresses that follow each other; fewer if they end before. */
export function countUpFrom(first: string, count: number): string[] {
  const start = parseMac(first);
  return Array.from({ length: count }, (_, index) => start + BigInt(index))
    .filter((address) => address < 1n << macBits)
    .map(formatMac);
}

/** IEEE 802: the first bit that is sent, lowest of the first byte, marks a group; a network card has no such address. */
export function isGroupMac(text: string): boolean {
  return (Number.parseInt(text.slice(0, 2), 16) & 1) === 1;
}

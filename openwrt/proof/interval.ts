/** Values from `first` to `last`, both included. */
export interface Interval {
  readonly first: bigint;
  readonly last: bigint;
}

export const point = (value: bigint | number): Interval => ({ first: BigInt(value), last: BigInt(value) });

export const between = (first: bigint | number, last: bigint | number): Interval => ({
  first: BigInt(first),
  last: BigInt(last),
});

/** The same values as sorted intervals that neither overlap nor touch. */
export function normalised(intervals: readonly Interval[]): Interval[] {
  const sorted = [...intervals].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const merged: { first: bigint; last: bigint }[] = [];
  for (const { first, last } of sorted) {
    const previous = merged.at(-1);
    if (previous !== undefined && first <= previous.last + 1n) {
      if (last > previous.last) previous.last = last;
    } else merged.push({ first, last });
  }
  return merged;
}

/** What of `within` is in none of `intervals`. */
export function outside(within: Interval, intervals: readonly Interval[]): Interval[] {
  const rest: Interval[] = [];
  let next = within.first;
  for (const { first, last } of normalised(intervals)) {
    if (first > within.last || last < within.first) continue;
    if (first > next) rest.push({ first: next, last: first - 1n });
    if (last + 1n > next) next = last + 1n;
  }
  if (next <= within.last) rest.push({ first: next, last: within.last });
  return rest;
}

/** What is in both. */
export function common(some: readonly Interval[], others: readonly Interval[]): Interval[] {
  const both: Interval[] = [];
  for (const a of some) {
    for (const b of others) {
      const first = b.first > a.first ? b.first : a.first;
      const last = b.last < a.last ? b.last : a.last;
      if (first <= last) both.push({ first, last });
    }
  }
  return normalised(both);
}

export const holds = (intervals: readonly Interval[], value: bigint): boolean =>
  intervals.some(({ first, last }) => first <= value && value <= last);

/** At most so many intervals may one masked comparison become. */
const maskedIntervalLimit = 4096n;

/**
 * The values of `bits` bits with `value & mask == wanted`: one interval for each setting of the free bits above the mask's lowest bit.
 * null if there would be more than 4096.
 */
export function masked(bits: number, mask: bigint, wanted: bigint): Interval[] | null {
  if ((wanted & ~mask) !== 0n) return [];
  let low = 0n;
  while (low < BigInt(bits) && ((mask >> low) & 1n) === 0n) low += 1n;
  const free: bigint[] = [];
  for (let bit = low; bit < BigInt(bits); bit += 1n) {
    if (((mask >> bit) & 1n) === 0n) free.push(bit);
  }
  if (1n << BigInt(free.length) > maskedIntervalLimit) return null;
  const found: Interval[] = [];
  for (let setting = 0; setting < 2 ** free.length; setting++) {
    const upper = free.reduce((sum, bit, index) => sum | (BigInt((setting >> index) & 1) << bit), wanted);
    found.push({ first: upper, last: upper | ((1n << low) - 1n) });
  }
  return normalised(found);
}

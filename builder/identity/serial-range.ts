import type { SerialRange } from './unit-identity.ts';

/** As in overlays/init/identity_record.c. */
const serialPattern = /^([A-Z0-9-]{0,24}?)([0-9]{1,9})$/;
/** The number is the whole run of digits at the end, so that a serial is taken apart in one way only. */
const endsInDigit = /[0-9]$/;

interface Serial {
  readonly prefix: string;
  readonly digits: string;
}

/** What a serial must look like, for messages. */
export const serialForm =
  'up to 24 of A-Z, 0-9 and hyphens, not ending in a digit, then a number of 1 to 9 digits';

function takeApart(text: string): Serial | null {
  const match = serialPattern.exec(text);
  if (match === null || endsInDigit.test(match[1]!)) return null;
  return { prefix: match[1]!, digits: match[2]! };
}

/** Whether a text is a serial. */
export function isSerial(text: string): boolean {
  return takeApart(text) !== null;
}

/**
 * @param text `ACME-000001..ACME-000500`
 * @returns the range, or what is wrong with the text
 */
export function parseSerialRange(text: string): SerialRange | string {
  const ends = text.split('..');
  if (ends.length !== 2) return 'it is not FIRST..LAST';
  const [first, last] = [takeApart(ends[0]!), takeApart(ends[1]!)];
  if (first === null) return `the first serial is not ${serialForm}`;
  if (last === null) return `the last serial is not ${serialForm}`;
  if (first.prefix !== last.prefix) return 'its two serials begin differently';
  if (first.digits.length !== last.digits.length)
    return 'the numbers of its two serials are not of one width';
  if (Number(first.digits) > Number(last.digits)) return 'its last serial comes before its first';
  return {
    prefix: first.prefix,
    digits: first.digits.length,
    first: Number(first.digits),
    last: Number(last.digits),
  };
}

/** `ACME-000001..ACME-000500`. */
export function formatSerialRange(range: SerialRange): string {
  return `${serialAt(range, range.first)}..${serialAt(range, range.last)}`;
}

/**
 * The serial of a number of the range.
 * @throws RangeError for a number outside of it
 */
export function serialAt(range: SerialRange, number: number): string {
  if (!Number.isInteger(number) || number < range.first || number > range.last) {
    throw new RangeError(`${number} is not from ${range.first} to ${range.last}`);
  }
  return `${range.prefix}${String(number).padStart(range.digits, '0')}`;
}

/** The number of a serial in the range; null if it is none of it. */
export function numberInRange(range: SerialRange, serial: string): number | null {
  const parts = takeApart(serial);
  if (parts === null || parts.prefix !== range.prefix || parts.digits.length !== range.digits) return null;
  const number = Number(parts.digits);
  return number >= range.first && number <= range.last ? number : null;
}

/** How many serials it has. */
export function serialCount({ first, last }: SerialRange): number {
  return last - first + 1;
}

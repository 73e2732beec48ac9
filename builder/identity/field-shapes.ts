import { isGroupMac, macPattern } from '../recipe/address/mac-address.ts';
import { longestName, namePattern } from '../recipe/recipe-name.ts';
import { isSerial, parseSerialRange, serialForm } from './serial-range.ts';

/** What is wrong with a value of each kind, as the end of a sentence that begins with its name; null for nothing. */
export type Shape = (value: string) => string | null;

function matching(pattern: RegExp, words: string): Shape {
  return (value) => (pattern.test(value) ? null : `is not ${words}`);
}

export const manufacturerShape = matching(
  /^[!-~]([ -~]{0,62}[!-~])?$/,
  '1 to 64 printable characters of ASCII without a space at an end',
);
export const batchShape = matching(/^[A-Za-z0-9._-]{1,64}$/, '1 to 64 of A-Z, a-z, 0-9, dot, _ and -');
export const keyShape = matching(/^[0-9a-f]{64}$/, '64 lower-case hex digits');
export const digestShape = matching(
  /^sha256:[0-9a-f]{64}$/,
  '"sha256:" and 64 lower-case hex digits, those of the release’s manifest.json',
);
export const serialShape: Shape = (value) => (isSerial(value) ? null : `is not ${serialForm}`);
export const serialsShape: Shape = (value) => {
  const range = parseSerialRange(value);
  return typeof range === 'string' ? `is no range: ${range}` : null;
};

/** `<recipe>-<board>`, both names at their longest. */
export const longestImageName = 2 * longestName + 1;
const name = new RegExp(namePattern);

export const imageShape: Shape = (value) =>
  value.length <= longestImageName && name.test(value) ? null : 'is no name of an image';
export const clusterShape: Shape = (value) =>
  value.length <= longestName && name.test(value) ? null : 'is no name of a cluster';
/** A group's name and a number up to 256. */
export const longestPosition = longestName + '-256'.length;
export const positionShape: Shape = (value) =>
  value.length <= longestPosition && name.test(value) ? null : 'is no position of a cluster';

export const macShape: Shape = (value) => {
  if (!new RegExp(macPattern).test(value))
    return 'is not six pairs of lower-case hex digits with colons between';
  if (isGroupMac(value)) return 'is the address of a group, which no network card has';
  return value === '00:00:00:00:00:00' ? 'is all zeros' : null;
};

/** Of an environment variable, as the schema of recipes has it. */
export const environmentNamePattern = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

import { formatSize, mebibyte } from './quantity.ts';
import type { Report } from './rule.ts';
import type { Path } from './yaml/position.ts';

/** Reports a size that is out of bounds or no whole number of MiB. All in bytes. */
export function checkWholeMebibytes(
  report: Report,
  at: Path,
  size: number,
  least: number,
  most: number,
): void {
  if (size < least || size > most) {
    report({
      at,
      message: `${formatSize(size)} is ${size < least ? 'too small' : 'too large'}`,
      remedy: `write a size from ${formatSize(least)} to ${formatSize(most)}`,
    });
  } else if (size % mebibyte !== 0) {
    report({ at, message: `${formatSize(size)} is no whole number of MiB`, remedy: 'round it to MiB' });
  }
}

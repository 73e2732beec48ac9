import type { Report } from './rule.ts';
import type { Path } from './yaml/position.ts';

/** What stands before the 32 bytes of the key in minisign's line: `Ed` and the number of the key. */
const keyAt = 10;

/** The 32 bytes of the key in minisign's line (`RW…`), lower-case hex. @param line fits the schema's `authority` */
export function authorityKey(line: string): string {
  return Buffer.from(line, 'base64').subarray(keyAt).toString('hex');
}

/** Their order is of no account, so that it is of none to an image either. */
export function sortedAuthorities(lines: readonly string[]): string[] {
  return [...lines].sort();
}

/** The same key twice is a slip: a second one was meant. Its number is no part of the key. */
export function reportAuthorityTwice(lines: readonly string[], at: Path, report: Report): void {
  const keys = lines.map(authorityKey);
  for (const [index, key] of keys.entries()) {
    if (keys.indexOf(key) === index) continue;
    report({
      at: [...at, index],
      message: `this is the key of line ${keys.indexOf(key) + 1} of the list again`,
      remedy: 'remove it, or write the other key that was meant',
    });
  }
}

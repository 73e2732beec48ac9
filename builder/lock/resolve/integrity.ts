import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** Subresource integrity of a file, as npm writes it: `sha512-<base64>`. */
export async function sha512Integrity(file: string): Promise<string> {
  return `sha512-${createHash('sha512')
    .update(await readFile(file))
    .digest('base64')}`;
}

/** Holds a file to the strongest hash of an integrity text (several are separated by spaces). Null if it fits. */
export async function differenceFromIntegrity(file: string, integrity: string): Promise<string | null> {
  const strongest = ['sha512', 'sha384', 'sha256', 'sha1']
    .map((algorithm) => ({
      algorithm,
      accepted: integrity.split(/\s+/).filter((one) => one.startsWith(`${algorithm}-`)),
    }))
    .find(({ accepted }) => accepted.length > 0);
  if (strongest === undefined) return `its integrity "${integrity}" names no known hash`;
  const digest = createHash(strongest.algorithm)
    .update(await readFile(file))
    .digest('base64');
  const actual = `${strongest.algorithm}-${digest}`;
  // An option (`sha512-…?x`) may follow the hash.
  if (strongest.accepted.some((one) => one.split('?')[0] === actual)) return null;
  return `its integrity is ${actual}, not ${strongest.accepted.join(' or ')}`;
}

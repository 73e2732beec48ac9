import { stat } from 'node:fs/promises';
import { inThread } from '../byte-threads/byte-threads.ts';

/** Size in bytes and lower-case hex sha256 of a file. */
export interface Fingerprint {
  readonly size: number;
  readonly sha256: string;
}

/** What of a file differs from what it should be, as a text for people; null if nothing does. */
export async function differenceFrom(
  file: string,
  expected: Fingerprint,
  signal?: AbortSignal,
): Promise<string | null> {
  const { size } = await stat(file);
  if (size !== expected.size) return `it has ${size} bytes, not ${expected.size}`;
  const sha256 = await inThread('fileDigest', [file], signal);
  return sha256 === expected.sha256 ? null : `its sha256 is ${sha256}, not ${expected.sha256}`;
}

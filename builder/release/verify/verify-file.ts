import { lstat } from 'node:fs/promises';
import { inThread } from '../../lock/byte-threads/byte-threads.ts';
import type { ReleasedFile } from '../release-manifest.ts';
import type { ReleaseProblem } from './release-problem.ts';

/**
 * Holds one file against its size and sha256.
 * @param file where it lies
 * @throws an Error of the file system; the signal's reason
 */
export async function fileProblems(
  file: string,
  { path, size, sha256 }: ReleasedFile,
  signal: AbortSignal,
): Promise<ReleaseProblem[]> {
  const state = await lstat(file).catch(() => null);
  if (state === null) return [{ kind: 'missing', where: path, message: 'it is not there' }];
  if (!state.isFile()) return [{ kind: 'no-file', where: path, message: 'it is no plain file' }];
  if (state.size < size) {
    return [changed(path, `it is cut off: it has ${state.size} of ${size} bytes`)];
  }
  if (state.size > size) return [changed(path, `it has ${state.size} bytes, not ${size}`)];
  const found = await inThread('fileDigest', [file], signal);
  return found === sha256 ? [] : [changed(path, 'its bytes are not the signed ones')];
}

function changed(where: string, message: string): ReleaseProblem {
  return { kind: 'changed', where, message };
}

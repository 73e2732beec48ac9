import { statSync } from 'node:fs';

/**
 * Tells a file from what it was: its place on the disk, its size, and when its bytes or its attributes last changed.
 * @param {string} path
 * @throws {Error} if there is no such file
 */
export function fileState(path) {
  const { ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
  return [ino, size, mtimeNs, ctimeNs].join(' ');
}

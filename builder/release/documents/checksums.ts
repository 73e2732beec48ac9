import type { ReleasedFile } from '../release-manifest.ts';

/** `SHA256SUMS` as `sha256sum -c` reads it. The manifest and its signatures are not in it: the manifest names this file. */
export function checksums(files: readonly ReleasedFile[]): string {
  return files.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join('');
}

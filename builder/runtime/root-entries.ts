import { basename, join } from 'node:path';
import type { TreeEntry } from '../rootfs/tree.ts';
import type { RuntimeFile } from './runtime.ts';

/**
 * What a root needs for a daemon's program besides that program. Search paths in the programs lead nowhere there, so musl's loader takes
 * the libraries from /usr/lib.
 * @param base folder that the runtime's base step filled
 */
export function rootEntries(files: readonly RuntimeFile[], base: string): TreeEntry[] {
  const owner = { uid: 0, gid: 0 };
  return files.map(({ path, origin, link }) =>
    link === undefined
      ? {
          ...owner,
          type: 'file',
          path,
          mode: 0o555,
          origin,
          content: { file: join(base, 'lib', basename(path)) },
        }
      : { ...owner, type: 'symlink', path, mode: 0o777, origin, target: link },
  );
}

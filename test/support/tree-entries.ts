import type { TreeDirectory, TreeFile, TreeSymlink } from '../../builder/rootfs/tree.ts';

/** Entries with the usual fields filled in. */
type Fields<Entry> = Partial<Omit<Entry, 'type' | 'path'>>;

export function file(path: string, content: string | Buffer = '', fields: Fields<TreeFile> = {}): TreeFile {
  const bytes = Buffer.from(content);
  return { type: 'file', path, mode: 0o644, uid: 0, gid: 0, origin: 'test', content: { bytes }, ...fields };
}

export function directory(path: string, fields: Fields<TreeDirectory> = {}): TreeDirectory {
  return { type: 'directory', path, mode: 0o755, uid: 0, gid: 0, origin: 'test', ...fields };
}

export function symlink(path: string, target: string, fields: Fields<TreeSymlink> = {}): TreeSymlink {
  return { type: 'symlink', path, mode: 0o777, uid: 0, gid: 0, origin: 'test', target, ...fields };
}

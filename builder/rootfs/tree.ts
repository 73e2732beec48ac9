/** A file system as data: what goes into a root, an initramfs or a data partition. Nothing of it touches a disk of this machine. */
export type TreeEntry = TreeFile | TreeDirectory | TreeSymlink;

interface TreeNode {
  /** Absolute inside the image, no trailing slash: `/usr/bin/cxo`. */
  readonly path: string;
  /** Permission bits, e.g. 0o755. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Which input or source file this is from: a lock entry's id, or `source:overlays/…`, `built:STEP`. */
  readonly origin: string;
}

export interface TreeFile extends TreeNode {
  readonly type: 'file';
  readonly content: { readonly file: string } | { readonly bytes: Uint8Array };
}

export interface TreeDirectory extends TreeNode {
  readonly type: 'directory';
}

export interface TreeSymlink extends TreeNode {
  readonly type: 'symlink';
  readonly target: string;
}

/** Sorted by path, every parent present, no path twice. `completeTree` makes one. */
export type Tree = readonly TreeEntry[];

import type { Tree } from '../tree.ts';
import type { AuditedFile } from './audited-file.ts';
import type { TreePaths } from './tree-paths.ts';

export interface AuditOptions {
  readonly architecture: 'arm64';
  /** The one program that may be in the tree: `/usr/bin/cxo`, or `/init` in an initramfs. */
  readonly daemon: string;
  /** Further programs that are meant to be there (a DHCP client, say). */
  readonly helpers?: readonly string[];
  /** Every path that was asked for: files, symlinks and empty folders; folders above them need not be named. */
  readonly expected: readonly string[];
  /** Folders over which something is mounted when the board runs: a symlink may point below them. */
  readonly mountPoints?: readonly string[];
}

/** What every rule sees. */
export interface Audit {
  readonly tree: Tree;
  readonly options: AuditOptions;
  /** By path. */
  readonly files: ReadonlyMap<string, AuditedFile>;
  readonly paths: TreePaths;
}

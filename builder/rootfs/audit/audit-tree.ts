import type { Tree } from '../tree.ts';
import { type AuditedFile, auditedFiles } from './audited-file.ts';
import { auditFileList } from './file-list-rules.ts';
import type { Finding } from './finding.ts';
import { auditLibraries } from './library-rules.ts';
import { auditModes } from './mode-rules.ts';
import { auditPrograms } from './program-rules.ts';
import { auditSymlinks } from './symlink-rules.ts';
import { TreePaths } from './tree-paths.ts';

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

/**
 * Holds a tree against everything that an appliance must not contain. What the tree's own format cannot say (device nodes, extended
 * attributes and with them file capabilities) cannot be in an image made from it.
 * @returns findings sorted by path; empty for a clean tree
 * @throws BoardsmithError FILE_UNUSABLE if a file of the tree cannot be read
 */
export async function auditTree(tree: Tree, options: AuditOptions): Promise<Finding[]> {
  const audit: Audit = { tree, options, files: await auditedFiles(tree), paths: new TreePaths(tree) };
  const findings = [
    ...auditFileList(audit),
    ...auditModes(audit),
    ...auditSymlinks(audit),
    ...auditPrograms(audit),
    ...(await auditLibraries(audit)),
  ];
  return findings.sort((a, b) => compare(a.path, b.path) || compare(a.rule, b.rule));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

import type { Audit, AuditOptions } from './audit/audit.ts';
import { type AuditedFile, auditedFiles } from './audit/audited-file.ts';
import { auditFileList } from './audit/file-list-rules.ts';
import type { Finding } from './audit/finding.ts';
import { auditLibraries } from './audit/library-rules.ts';
import { auditModes } from './audit/mode-rules.ts';
import { auditPrograms } from './audit/program-rules.ts';
import { auditSymlinks } from './audit/symlink-rules.ts';
import { TreePaths } from './audit/tree-paths.ts';
import type { Tree } from './tree.ts';

export interface AuditedTree {
  readonly findings: readonly Finding[];
  readonly files: ReadonlyMap<string, AuditedFile>;
}

/**
 * Holds a tree against everything that an appliance must not contain. What the tree's own format cannot say (device nodes, extended
 * attributes and with them file capabilities) cannot be in an image made from it.
 * @returns findings sorted by path (none for a clean tree), and what was read of each file, by path
 * @throws BoardsmithError FILE_UNUSABLE if a file of the tree cannot be read
 */
export async function auditTree(tree: Tree, options: AuditOptions): Promise<AuditedTree> {
  const audit: Audit = { tree, options, files: await auditedFiles(tree), paths: new TreePaths(tree) };
  const findings = [
    ...auditFileList(audit),
    ...auditModes(audit),
    ...auditSymlinks(audit),
    ...auditPrograms(audit),
    ...(await auditLibraries(audit)),
  ];
  findings.sort((a, b) => compare(a.path, b.path) || compare(a.rule, b.rule));
  return { findings, files: audit.files };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { againThenReport } from '../../error/hints.ts';
import { appendHashTree } from '../../image/verity/append-hash-tree.ts';
import { writeVerityRecord } from '../../image/verity/verity-record.ts';
import { requireClean } from '../../rootfs/audit/require-clean.ts';
import { type AuditedTree, auditTree } from '../../rootfs/audit-tree.ts';
import { completeTree } from '../../rootfs/complete-tree.ts';
import { type Compression, squashfs } from '../../rootfs/squashfs.ts';
import type { Tree, TreeEntry } from '../../rootfs/tree.ts';
import { rootEntries } from '../../runtime/root-entries.ts';
import type { RuntimeFile } from '../../runtime/runtime.ts';
import { packagedTool } from '../../toolchain/packaged-tool.ts';
import { describeRoot } from '../root-files.ts';
import type { StepKind } from '../step-kind.ts';
import { timeStampOf } from '../time-stamp.ts';

/**
 * Inputs `program`, `runtimeBase` (if there is a runtime), `overlay` (overlays/root), `squashfs`; parameter `runtimeFiles` (`Runtime.rootFiles`). Output: `root.img` (a squashfs, then its dm-verity tree),
 * `root.verity` (init's record of the tree), and `files.json`: what is in it. What the audit finds stops the build.
 */
export const rootPartition: StepKind = {
  kind: 'root-partition',
  async run({ step, folder, output, signal }) {
    const { recipe, askedFiles, runtimeFiles, mountPoints, date, compression } =
      step.parameters as unknown as RootParameters;
    const daemon = `/usr/bin/${recipe}`;
    const overlay = step.inputs.overlay?.from === 'source' ? step.inputs.overlay.files : [];
    const owner = { uid: 0, gid: 0 };
    const entries: TreeEntry[] = [
      {
        ...owner,
        type: 'file',
        path: daemon,
        mode: 0o555,
        origin: 'built:program',
        content: { file: join(folder('program'), 'program') },
      },
      ...(runtimeFiles.length === 0 ? [] : rootEntries(runtimeFiles, folder('runtimeBase'))),
      ...overlay.map(({ path }) => ({
        ...owner,
        type: 'file' as const,
        path: `/${path}`,
        mode: 0o444,
        origin: `source:overlays/root/${path}`,
        content: { file: join(folder('overlay'), path) },
      })),
      {
        ...owner,
        type: 'symlink',
        path: '/etc/resolv.conf',
        mode: 0o777,
        target: '/run/resolv.conf',
        origin: 'built:root',
      },
      ...mountPoints.map((path) => ({
        ...owner,
        type: 'directory' as const,
        path,
        mode: 0o555,
        origin: 'built:root',
      })),
    ];
    const tree = completeTree(entries);
    const image = join(output, 'root.img');
    const found = new AbortController();
    const writing = squashfs(tree, {
      toolRoot: folder('squashfs'),
      output: image,
      mtime: timeStampOf(date),
      compression,
      signal: AbortSignal.any([signal, found.signal]),
    });
    const audit = async (): Promise<AuditedTree> => {
      const audited = await auditTree(tree, {
        architecture: 'arm64',
        daemon,
        expected: askedFiles,
        mountPoints,
      });
      requireClean(audited.findings, `the root of ${recipe}`);
      return audited;
    };
    // Compressing is the work of other processes; what the audit finds stops them.
    const [audited, written, lister] = await Promise.allSettled([
      audit().catch(stopping(found)),
      writing,
      packagedTool(folder('squashfs'), { program: 'unsquashfs' }),
    ]);
    if (audited.status === 'rejected') throw audited.reason;
    if (written.status === 'rejected') throw written.reason;
    if (lister.status === 'rejected') throw lister.reason;
    // Of the file system alone: what is appended meanwhile lies behind it.
    const [listing, verity] = await Promise.all([
      lister.value.run(['-ls', '-d', '', image], { signal }),
      appendHashTree(image, signal),
    ]);
    await refuseOtherFiles(tree, listing);
    await writeFile(join(output, 'root.verity'), writeVerityRecord(verity));
    await writeFile(join(output, 'files.json'), JSON.stringify(describeRoot(tree, audited.value.files)));
  },
};

/** Aborts, and hands the error on. */
function stopping(controller: AbortController): (error: unknown) => never {
  return (error) => {
    controller.abort();
    throw error;
  };
}

/** The file system that was written must hold what was audited, no more and no less. */
async function refuseOtherFiles(tree: Tree, listing: string): Promise<void> {
  const written = listing
    .split('\n')
    .filter((line) => line.startsWith('/'))
    .sort();
  const audited = tree
    .map(({ path }) => path)
    .filter((path) => path !== '/')
    .sort();
  if (written.join('\n') === audited.join('\n')) return;
  throw new BoardsmithError('AUDIT_FAILED', 'the root file system does not hold exactly the audited files', {
    problems: [
      ...written.filter((path) => !audited.includes(path)).map((path) => `${path} was not audited`),
      ...audited.filter((path) => !written.includes(path)).map((path) => `${path} was not written`),
    ],
    hint: againThenReport,
  });
}

interface RootParameters {
  readonly recipe: string;
  readonly askedFiles: readonly string[];
  readonly runtimeFiles: readonly RuntimeFile[];
  readonly mountPoints: readonly string[];
  readonly date: string;
  readonly compression: Compression;
}

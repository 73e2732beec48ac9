import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { completeTree } from '../../rootfs/complete-tree.ts';
import type { TreeEntry } from '../../rootfs/tree.ts';
import { writeCpio } from '../../rootfs/write-cpio.ts';
import { packagedTool } from '../../toolchain/packaged-tool.ts';
import type { StepKind } from '../step-kind.ts';
import { timeStampOf } from '../time-stamp.ts';

/** Empty folders that init expects (overlays/init/README.md). */
const folders = ['/dev', '/proc', '/sys', '/root', '/empty'];

/** Inputs `init`, `kernel`, `zstd`. Output: `initramfs.zst`: init, and the modules that it loads. */
export const initramfs: StepKind = {
  kind: 'initramfs',
  async run({ step, folder, output, scratch, signal }) {
    const modules = JSON.parse(await readFile(join(folder('kernel'), 'modules.json'), 'utf8')) as string[];
    const owner = { uid: 0, gid: 0 };
    const entries: TreeEntry[] = [
      ...folders.map((path) => ({
        ...owner,
        type: 'directory' as const,
        path,
        mode: 0o555,
        origin: 'overlay',
      })),
      {
        ...owner,
        type: 'file',
        path: '/init',
        mode: 0o755,
        origin: 'source:overlays/init',
        content: { file: join(folder('init'), 'init') },
      },
      ...modules.map((name) => ({
        ...owner,
        type: 'file' as const,
        path: `/lib/modules/${name}.ko`,
        mode: 0o444,
        origin: 'kernel',
        content: { file: join(folder('kernel'), 'modules', `${name}.ko`) },
      })),
    ];
    const archive = join(scratch, 'initramfs.cpio');
    await writeFile(archive, await writeCpio(completeTree(entries), timeStampOf(step.parameters.date)));
    const zstd = await packagedTool(folder('zstd'), { program: 'zstd' });
    // One thread: with several, the frame's bytes depend on how the work is cut. A checksum lets the kernel refuse a damaged one.
    await zstd.run(
      ['-q', '-15', '--single-thread', '--check', archive, '-o', join(output, 'initramfs.zst')],
      { signal },
    );
  },
};

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeExt4 } from '../../builder/image/ext4.ts';
import { makeFat } from '../../builder/image/fat.ts';
import { completeTree } from '../../builder/rootfs/complete-tree.ts';
import { squashfs } from '../../builder/rootfs/squashfs.ts';
import { file } from './tree-entries.ts';

/** Folders with the tools of the lock. */
export interface PartitionTools {
  readonly fat: string;
  readonly ext4: string;
  readonly squashfs: string;
}

/** Makes one file system of each kind: `boot`, `data` and `root` in `folder`. */
export async function makePartitions(tools: PartitionTools, folder: string): Promise<void> {
  const scratch = join(folder, 'scratch');
  await mkdir(scratch, { recursive: true });
  const { signal } = new AbortController();
  const common = { scratch, mtime: 1_700_000_000, signal };
  const names = ['extlinux/extlinux.conf', 'initramfs.zst', 'kernel', 'UPPER.TXT'];
  await makeFat({
    ...common,
    toolRoot: tools.fat,
    output: join(folder, 'boot'),
    sizeMiB: 64,
    label: 'BOOT-A',
    volumeId: 1,
    files: names.map((path) => ({ path, content: { bytes: Buffer.from(path) } })),
  });
  await makeExt4({
    ...common,
    toolRoot: tools.ext4,
    output: join(folder, 'data'),
    sizeMiB: 64,
    uuid: '01234567-89ab-8def-8123-456789abcdef',
    root: { uid: 1000, gid: 1000, mode: 0o700 },
  });
  const tree = completeTree([file('/usr/bin/cxo', 'x'.repeat(100_000))]);
  await squashfs(tree, {
    ...common,
    toolRoot: tools.squashfs,
    output: join(folder, 'root'),
    compression: 'fast',
  });
}

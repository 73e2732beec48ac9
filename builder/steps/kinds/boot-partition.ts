import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { extlinuxConfiguration } from '../../image/extlinux.ts';
import { type FatFile, makeFat } from '../../image/fat.ts';
import { descriptionPath, type ImageDescription } from '../../plan/image-description.ts';
import type { StepKind } from '../step-kind.ts';
import { timeStampOf } from '../time-stamp.ts';
import { verityArchive } from '../verity-archive.ts';

/**
 * Inputs `kernel`, `initramfs`, `root` (for the record of its hash tree), `fat`, and `deviceTree` if the parameter of that name is true. Output: `boot.fat` with kernel, initramfs, device tree,
 * extlinux.conf and boardsmith.json of one slot, and `command-line` (the kernel's).
 */
export const bootPartition: StepKind = {
  kind: 'boot-partition',
  async run({ step, folder, output, scratch, signal }) {
    const { unit, slot, sizeMiB, date, deviceTree, commandLine, description } =
      step.parameters as unknown as BootParameters;
    // The kernel unpacks one archive after the other. The record's own comes first: what is large is not packed anew for a changed daemon.
    const ramdisk = Buffer.concat([
      await verityArchive(join(folder('root'), 'root.verity'), timeStampOf(date)),
      await readFile(join(folder('initramfs'), 'initramfs.zst')),
    ]);
    const files: FatFile[] = [
      { path: 'kernel', content: { file: join(folder('kernel'), 'kernel') } },
      { path: 'initramfs', content: { bytes: ramdisk } },
    ];
    if (deviceTree) {
      files.push({
        path: 'device-tree.dtb',
        content: { file: join(folder('deviceTree'), 'device-tree.dtb') },
      });
    }
    const configuration = extlinuxConfiguration({
      label: unit,
      kernel: '/kernel',
      initramfs: '/initramfs',
      deviceTree: deviceTree ? '/device-tree.dtb' : null,
      commandLine,
    });
    files.push({ path: 'extlinux/extlinux.conf', content: { bytes: Buffer.from(configuration) } });
    files.push({
      path: descriptionPath.slice(1),
      content: { bytes: Buffer.from(`${JSON.stringify(description, null, 2)}\n`) },
    });
    await makeFat({
      toolRoot: folder('fat'),
      output: join(output, 'boot.fat'),
      scratch,
      sizeMiB,
      label: `BOOT-${slot.toUpperCase()}`,
      volumeId: createHash('sha256').update(`${unit} boot-${slot}`).digest().readUInt32LE(0),
      mtime: timeStampOf(date),
      files,
      signal,
    });
    await writeFile(join(output, 'command-line'), commandLine.join(' '));
  },
};

interface BootParameters {
  readonly unit: string;
  readonly slot: string;
  readonly sizeMiB: number;
  readonly date: string;
  readonly deviceTree: boolean;
  readonly commandLine: readonly string[];
  readonly description: ImageDescription;
}

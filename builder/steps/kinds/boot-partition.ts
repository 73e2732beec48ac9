import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { extlinuxConfiguration } from '../../image/extlinux.ts';
import { type FatFile, makeFat } from '../../image/fat.ts';
import type { StepKind } from '../step-kind.ts';
import { timeStampOf } from '../time-stamp.ts';

/**
 * Inputs `kernel`, `initramfs`, `fat`. Output: `boot.fat` with kernel, initramfs, device tree and extlinux.conf of one slot,
 * and `command-line` (the kernel's).
 */
export const bootPartition: StepKind = {
  kind: 'boot-partition',
  async run({ step, folder, output, scratch, signal }) {
    const { unit, slot, sizeMiB, date, deviceTree, commandLine } =
      step.parameters as unknown as BootParameters;
    const files: FatFile[] = [
      { path: 'kernel', content: { file: join(folder('kernel'), 'kernel') } },
      { path: 'initramfs.zst', content: { file: join(folder('initramfs'), 'initramfs.zst') } },
    ];
    if (deviceTree) {
      files.push({ path: 'device-tree.dtb', content: { file: join(folder('kernel'), 'device-tree.dtb') } });
    }
    const configuration = extlinuxConfiguration({
      label: unit,
      kernel: '/kernel',
      initramfs: '/initramfs.zst',
      deviceTree: deviceTree ? '/device-tree.dtb' : null,
      commandLine,
    });
    files.push({ path: 'extlinux/extlinux.conf', content: { bytes: Buffer.from(configuration) } });
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
}

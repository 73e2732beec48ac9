import { open } from 'node:fs/promises';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { readExtlinux } from '../../builder/image/extlinux-reader.ts';
import { FatReader } from '../../builder/image/fat-reader.ts';
import { readGpt } from '../../builder/image/read-gpt.ts';
import { sectorSize } from '../../builder/image/sectors.ts';

/** What the boot loader would load from a slot. */
export interface SlotFiles {
  readonly kernel: Buffer;
  readonly initramfs: Buffer;
  readonly commandLine: string;
}

/**
 * Kernel, initramfs and command line of one slot, read from the image's own boot partition by way of its extlinux.conf.
 * @throws BoardsmithError FILE_UNUSABLE
 */
export async function readSlotFiles(image: string, slot: 'a' | 'b'): Promise<SlotFiles> {
  const { partitions } = await readGpt(image);
  const name = `boot-${slot}`;
  const partition = partitions.find((candidate) => candidate.name === name);
  if (partition === undefined) throw unusable(image, `it has no partition ${name}`);
  const handle = await open(image, 'r');
  try {
    const fat = await FatReader.open(handle, partition.start * sectorSize);
    const entry = readExtlinux((await fat.readFile('/extlinux/extlinux.conf')).toString('utf8'));
    if (entry === null) throw unusable(image, 'its extlinux.conf names no kernel and initramfs');
    return {
      kernel: await fat.readFile(entry.kernel),
      initramfs: await fat.readFile(entry.initramfs),
      commandLine: entry.commandLine,
    };
  } finally {
    await handle.close();
  }
}

function unusable(image: string, what: string): BoardsmithError {
  return new BoardsmithError('FILE_UNUSABLE', `${image} cannot be booted directly: ${what}`, {
    hint: 'is it an image of boardsmith build?',
  });
}

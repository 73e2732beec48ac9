import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeCpio } from '../../builder/rootfs/write-cpio.ts';
import type { DirectBoot } from '../bootable-image.ts';
import type { SerialPort } from '../machine-options.ts';
import { readSlotFiles } from '../slot/slot-files.ts';

/** Where the probe lies in the initramfs: a name of its own, since an appended archive can replace but not rename. */
const probePath = '/probe-init';

/** The machine's end of the probe's line. */
export const probePort: SerialPort = { name: 'boardsmith.probe', socket: 'probe.sock' };

/**
 * A direct boot of an image's own slot A with the probe beside its init: the very kernel, initramfs and command line of the boot partition, with a second
 * archive appended to the initramfs and `rdinit=` to the command line. The image stays as it is.
 * @param probe the compiled probe
 * @param folder for the kernel and the lengthened initramfs
 * @throws BoardsmithError FILE_UNUSABLE
 */
export async function probeBoot(image: string, probe: string, folder: string): Promise<DirectBoot> {
  const slot = await readSlotFiles(image, 'a');
  const kernel = join(folder, 'kernel');
  const initramfs = join(folder, 'initramfs');
  await writeFile(kernel, slot.kernel);
  await writeFile(initramfs, appendArchive(slot.initramfs, await probeArchive(await readFile(probe))));
  return { kernel, initramfs, commandLine: `${slot.commandLine} rdinit=${probePath}`.trim() };
}

/** An initramfs that holds the probe alone, to be appended to another. */
export async function probeArchive(program: Uint8Array): Promise<Buffer> {
  const owner = { uid: 0, gid: 0, origin: 'probe' };
  return await writeCpio(
    [{ ...owner, type: 'file', path: probePath, mode: 0o700, content: { bytes: program } }],
    0,
  );
}

/** The kernel skips NULs between archives and wants an archive that is not compressed at a multiple of four (init/initramfs.c, unpack_to_rootfs). */
export function appendArchive(initramfs: Uint8Array, archive: Uint8Array): Buffer {
  return Buffer.concat([initramfs, Buffer.alloc((4 - (initramfs.length % 4)) % 4), archive]);
}

import { gunzipSync } from 'node:zlib';
import { decompress as unzstd } from 'fzstd';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { type CpioEntry, readCpio } from '../image/cpio-reader.ts';

/** No initramfs of an appliance is near it; a damaged one must not fill the memory. */
const largest = 256 << 20;

/**
 * What an initramfs holds, sorted by path. Archives may lie one after the other with zeros between them, those that are packed (zstd, gzip) last; of two files
 * of one path the later one counts, as it does for the kernel (init/initramfs.c, unpack_to_rootfs).
 * @throws BoardsmithError FILE_UNUSABLE
 */
export function initramfsEntries(bytes: Buffer): CpioEntry[] {
  const found = new Map<string, CpioEntry>();
  for (let rest = bytes; ; ) {
    const archive = unpacked(rest);
    const { entries, end } = readCpio(archive);
    for (const entry of entries) found.set(entry.path, entry);
    const next = archive.subarray(end).findIndex((byte) => byte !== 0);
    if (next < 0) return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    rest = archive.subarray(end + next);
  }
}

function unpacked(bytes: Buffer): Buffer {
  try {
    if (bytes.length >= 4 && bytes.readUInt32LE(0) === 0xfd2fb528) return Buffer.from(unzstd(bytes));
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipSync(bytes, { maxOutputLength: largest });
    return bytes;
  } catch (cause) {
    throw new BoardsmithError(
      'FILE_UNUSABLE',
      `the initramfs cannot be unpacked: ${(cause as Error).message}`,
      {
        hint: 'the image is damaged, or no image of boardsmith build',
        cause,
      },
    );
  }
}

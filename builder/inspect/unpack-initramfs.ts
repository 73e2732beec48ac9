import { gunzipSync } from 'node:zlib';
import { decompress as unzstd } from 'fzstd';
import { BoardsmithError } from '../error/boardsmith-error.ts';

/** No initramfs of an appliance is near it; a damaged one must not fill the memory. */
const largest = 256 << 20;

/**
 * Unpacks an initramfs: zstd, gzip or not packed, by its first bytes.
 * @throws BoardsmithError FILE_UNUSABLE
 */
export function unpackInitramfs(bytes: Buffer): Buffer {
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

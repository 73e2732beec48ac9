import type { Stats } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * Reads a file that is known to be short, or as much of it as such a one can have: what is named by mistake may be a disk.
 * @param longest bytes at most
 * @throws an Error of the file system
 */
export async function readShortFile(file: string, longest: number): Promise<{ bytes: Buffer; state: Stats }> {
  const handle = await open(file, 'r');
  try {
    const bytes = Buffer.alloc(longest);
    let length = 0;
    while (length < longest) {
      const { bytesRead } = await handle.read(bytes, length, longest - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return { bytes: bytes.subarray(0, length), state: await handle.stat() };
  } finally {
    await handle.close();
  }
}

import type { ByteRange } from '../image/byte-range.ts';
import { isSquashfs } from '../image/squashfs-reader.ts';

/** What a partition holds, as its own bytes say. */
export type ContentKind = 'squashfs' | 'fat' | 'ext4' | 'empty' | 'unknown';

/** Place of ext4's superblock, and in it of its magic number (Linux: Documentation/filesystems/ext4/super.rst). */
const ext4Superblock = 1024;
const ext4Magic = 0x38;

/** Looks at the beginning of a partition; an empty one is read to its end. */
export async function contentKind(range: ByteRange): Promise<ContentKind> {
  const beginning = await range.read(0, Math.min(4096, range.size));
  if (isSquashfs(beginning)) return 'squashfs';
  if (beginning.length >= 2048 && beginning.readUInt16LE(ext4Superblock + ext4Magic) === 0xef53)
    return 'ext4';
  if (beginning.length >= 512 && beginning.readUInt16LE(510) === 0xaa55) return 'fat';
  return (await isZero(range)) ? 'empty' : 'unknown';
}

async function isZero(range: ByteRange): Promise<boolean> {
  const zeros = Buffer.alloc(1 << 20);
  for await (const piece of range.pieces()) if (!piece.equals(zeros.subarray(0, piece.length))) return false;
  return true;
}

/** Bytes that an ext4 has given out: all blocks but the free ones. */
export async function ext4Used(range: ByteRange): Promise<number> {
  const superblock = await range.read(ext4Superblock, 1024);
  const blockSize = 1024 << superblock.readUInt32LE(0x18);
  const blocks = superblock.readUInt32LE(4) + superblock.readUInt32LE(0x150) * 2 ** 32;
  const free = superblock.readUInt32LE(0x0c) + superblock.readUInt32LE(0x158) * 2 ** 32;
  return Math.min(range.size, Math.max(0, (blocks - free) * blockSize));
}

import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { ByteRange } from '../../builder/image/byte-range.ts';
import { Ext4Reader, isExt4 } from '../../builder/image/ext4-reader.ts';
import { readPartitionPlaces } from '../../builder/image/partition-places.ts';
import { sectorSize } from '../../builder/image/sectors.ts';
import { isSquashfs, SquashfsReader } from '../../builder/image/squashfs-reader.ts';
import type { ReadableRoot } from './root-problems.ts';

/**
 * Unpacks an image (`.img.gz`). OpenWrt appends metadata for sysupgrade after the packed bytes; it is left out, as by its own tools, which
 * gunzip does not do.
 * @throws BoardsmithError AUDIT_FAILED if it is not packed with gzip; an Error of zlib or of the file system
 */
export async function gunzipImage(packed: string, output: string, signal: AbortSignal): Promise<void> {
  const handle = await open(packed, 'r');
  let start: number;
  try {
    const beginning = Buffer.alloc(1024);
    const { bytesRead } = await handle.read(beginning, 0, beginning.length, 0);
    start = gzipDataStart(beginning.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
  await pipeline(createReadStream(packed, { start }), createInflateRaw(), createWriteStream(output), {
    signal,
  });
}

/** Where the deflated bytes of a gzip file begin (RFC 1952, 2.3). */
function gzipDataStart(beginning: Buffer): number {
  if (beginning.length < 18 || beginning.readUInt32BE(0) >>> 8 !== 0x1f8b08) throw notPacked();
  const [headerCrc, extra, name, comment] = [2, 4, 8, 16].map((bit) => (beginning[3]! & bit) !== 0);
  let at = 10;
  if (extra) at += 2 + beginning.readUInt16LE(at);
  for (const isThere of [name, comment]) if (isThere) at = beginning.indexOf(0, at) + 1;
  if (headerCrc) at += 2;
  if (at < 10 || at >= beginning.length) throw notPacked();
  return at;
}

function notPacked(): BoardsmithError {
  return new BoardsmithError('AUDIT_FAILED', 'the image is not packed with gzip', {
    hint: 'name the type of an image whose file ends with .img.gz: combined-efi, sdcard',
  });
}

/**
 * Finds the root file system in a disk image of a release: in one of the partitions of its MBR (sunxi) or GPT (armsr), or the image is one
 * itself.
 * @throws BoardsmithError AUDIT_FAILED if there is none of the kind, or more than one; FILE_UNUSABLE if it cannot be read
 */
export async function openRoot(handle: FileHandle, kind: 'squashfs' | 'ext4'): Promise<ReadableRoot> {
  const range = await rootOfImage(handle, kind);
  return kind === 'squashfs' ? await SquashfsReader.open(range) : await Ext4Reader.open(range);
}

/** Where that is. @throws BoardsmithError AUDIT_FAILED */
export async function rootOfImage(handle: FileHandle, kind: 'squashfs' | 'ext4'): Promise<ByteRange> {
  const { size } = await handle.stat();
  const whole = new ByteRange(handle, 0, size);
  const roots: ByteRange[] = [];
  for (const range of [whole, ...(await partitions(whole, handle))]) {
    const found =
      kind === 'ext4' ? await isExt4(range) : range.size >= 4 && isSquashfs(await range.read(0, 4));
    if (found) roots.push(range);
  }
  if (roots.length === 1) return roots[0]!;
  throw new BoardsmithError(
    'AUDIT_FAILED',
    `the image has ${roots.length} ${kind} root file systems, not one`,
    {
      hint: 'name the type of an image that holds all of the router: combined-efi, sdcard',
    },
  );
}

async function partitions(whole: ByteRange, handle: FileHandle): Promise<ByteRange[]> {
  const table = await readPartitionPlaces(async (offset, length) =>
    offset < whole.size ? await whole.read(offset, Math.min(length, whole.size - offset)) : Buffer.alloc(0),
  );
  // An image without a table may be a root by itself.
  if (typeof table === 'string') return [];
  return table.places
    .filter(({ start, length }) => (start + length) * sectorSize <= whole.size)
    .map(({ start, length }) => new ByteRange(handle, start * sectorSize, length * sectorSize));
}

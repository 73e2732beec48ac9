import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { mapBlockSize } from '../image/block-map.ts';
import { Turns } from '../lock/turns.ts';
import type { ReleasedImage } from '../release/release-manifest.ts';
import { changedWhileBurning, type RawImage, rawImageOf } from './write/card-contents.ts';

/** Bytes that are digested together. */
const chunkSize = 64 << 10;

interface Chunk {
  readonly offset: number;
  readonly length: number;
  /** sha256. */
  readonly digest: Buffer;
}

/**
 * An image of which each byte that is read is held against what it was when all of it was checked, for cards that are not read back: those are held against the manifest itself.
 * Reads of what the image does not map are refused.
 * @param handle closed by `close`
 * @throws BoardsmithError FILE_UNUSABLE if a mapped range is not what the manifest says by now; the signal's reason
 */
export async function checkedImage(
  path: string,
  handle: FileHandle,
  { mapped, raw }: Pick<ReleasedImage, 'mapped' | 'raw'>,
  signal: AbortSignal,
): Promise<RawImage> {
  const file = rawImageOf(path, handle);
  const turns = new Turns(signal);
  const chunks = new Map<number, Chunk[]>();
  const buffer = Buffer.alloc(chunkSize);
  for (const { first, last, sha256 } of mapped) {
    const whole = createHash('sha256');
    const end = Math.min((last + 1) * mapBlockSize, raw.size);
    for (let offset = first * mapBlockSize; offset < end; ) {
      const place = Math.floor(offset / chunkSize);
      const length = Math.min(end, (place + 1) * chunkSize) - offset;
      const bytes = buffer.subarray(0, length);
      await file.read(offset, bytes);
      whole.update(bytes);
      chunks.set(place, [...(chunks.get(place) ?? []), { offset, length, digest: digestOf(bytes) }]);
      offset += length;
      await turns.take();
    }
    if (whole.digest('hex') !== sha256) throw changedWhileBurning(path);
  }
  return {
    path,
    read: async (offset, into) => {
      const own = Buffer.alloc(chunkSize);
      for (let at = offset; at < offset + into.length; ) {
        const among = chunks.get(Math.floor(at / chunkSize)) ?? [];
        const chunk = among.find((one) => one.offset <= at && at < one.offset + one.length);
        if (chunk === undefined) throw new RangeError(`byte ${at} of ${path} is not mapped`);
        const bytes = own.subarray(0, chunk.length);
        await file.read(chunk.offset, bytes);
        if (!digestOf(bytes).equals(chunk.digest)) throw changedWhileBurning(path);
        const part = bytes.subarray(at - chunk.offset, offset + into.length - chunk.offset);
        into.set(part, at - offset);
        at += part.length;
      }
    },
    close: async () => await file.close(),
  };
}

function digestOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

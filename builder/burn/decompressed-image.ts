import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { ScratchFolders } from '../lock/scratch-folders.ts';
import { sha256OfDescriptor } from '../lock/sha256-of-file.ts';
import { cacheFolderAt, writingTo } from '../lock/storage-fault.ts';
import type { ReleasedImage } from '../release/release-manifest.ts';
import { unpackZstd } from '../release/unpack-zstd.ts';
import { checkedImage } from './checked-image.ts';
import { type RawImage, rawImageOf } from './write/card-contents.ts';

/** Images of a release decompressed once, for as many cards as there are. */
export interface ImageCache {
  /** The cache folder that a person chose. */
  readonly cache: string;
  readonly releaseFolder: string;
  /** Whether cards are read back and held against the manifest; if not, each read of the image is held against what was checked. */
  readonly verify: boolean;
  readonly signal: AbortSignal;
  /** Bytes of the raw image so far. */
  readonly onProgress: (bytes: number) => void;
}

/** The block that a file system leaves out. */
const holeSize = 4096;
const chunkSize = 1 << 20;

/**
 * The raw image of a release, from the cache or decompressed into it: a sparse file of the name of its sha256. One that is there is read through
 * before it is used again; a damaged one is made anew. What was checked stays open and is what is read: whoever puts another file in its place changes nothing.
 * @throws BoardsmithError RELEASE_INVALID if what the release holds is another image than its manifest says; FILE_UNUSABLE; INTERRUPTED
 */
export async function openDecompressed(
  image: ReleasedImage,
  options: ImageCache,
): Promise<RawImage & { readonly cached: boolean }> {
  const folder = join(options.cache, 'burn', 'images');
  const file = join(folder, `${image.raw.sha256}.img`);
  const place = cacheFolderAt(options.cache);
  try {
    const whole = await openWhole(file, image, options.signal);
    const handle = whole ?? (await writingTo(place, async () => await make(folder, file, image, options)));
    try {
      const raw = options.verify
        ? rawImageOf(file, handle)
        : await checkedImage(file, handle, image, options.signal);
      return { ...raw, cached: whole !== null };
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (cause) {
    if (!options.signal.aborted || cause instanceof BoardsmithError) throw cause;
    throw new BoardsmithError('INTERRUPTED', 'stopped before a card was begun', { cause });
  }
}

async function make(
  folder: string,
  file: string,
  image: ReleasedImage,
  options: ImageCache,
): Promise<FileHandle> {
  await mkdir(folder, { recursive: true });
  const scratch = new ScratchFolders(folder, '.part-');
  await scratch.removeLeftovers();
  return await scratch.use(async (draftFolder) => {
    const draft = join(draftFolder, 'raw.img');
    const handle = await open(draft, 'wx+', 0o644);
    try {
      await decompress(image, handle, options);
      await rename(draft, file);
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  });
}

async function openWhole(
  file: string,
  { raw }: ReleasedImage,
  signal: AbortSignal,
): Promise<FileHandle | null> {
  // Opening a pipe would wait for its other end.
  if ((await stat(file).catch(() => null))?.isFile() !== true) return null;
  const handle = await open(file, 'r');
  let isWhole = false;
  try {
    isWhole =
      (await handle.stat()).size === raw.size && (await sha256OfDescriptor(handle.fd, signal)) === raw.sha256;
  } finally {
    if (!isWhole) await handle.close();
  }
  if (isWhole) return handle;
  await rm(file, { force: true });
  return null;
}

async function decompress(
  image: ReleasedImage,
  handle: FileHandle,
  { releaseFolder, signal, onProgress }: ImageCache,
): Promise<void> {
  const source = join(releaseFolder, image.zstd);
  const writer = new SparseWriter(handle, image.raw.size);
  try {
    const packed = createReadStream(source, { highWaterMark: chunkSize, signal });
    for await (const piece of unpackZstd(packed)) {
      await writer.write(piece);
      onProgress(writer.length);
    }
  } catch (cause) {
    // fzstd numbers its codes, the file system names them.
    if (typeof (cause as { code?: unknown }).code === 'number')
      throw notTheImage(image, 'it is damaged', cause);
    if (isUnopened(cause, source)) throw notTheImage(image, 'it cannot be opened', cause);
    throw cause;
  }
  const fault = await writer.finish(image.raw.sha256);
  if (fault !== null) throw notTheImage(image, fault);
  await handle.sync();
}

/** Only the head of a release was looked at: whether the image is there shows here. */
function isUnopened(error: unknown, file: string): boolean {
  const { syscall, path } = error as NodeJS.ErrnoException;
  return (syscall === 'open' && path === file) || (error as NodeJS.ErrnoException).code === 'EISDIR';
}

function notTheImage(image: ReleasedImage, why: string, cause?: unknown): BoardsmithError {
  return new BoardsmithError('RELEASE_INVALID', `${image.zstd} is not the image that was signed: ${why}`, {
    hint: 'fetch the release again; do not burn this one',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Writes what is not zero, never beyond the size that it must have, and digests all of it. */
class SparseWriter {
  length = 0;
  readonly #handle: FileHandle;
  readonly #size: number;
  readonly #hash = createHash('sha256');
  #isTooLong = false;

  constructor(handle: FileHandle, size: number) {
    this.#handle = handle;
    this.#size = size;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.length + bytes.length > this.#size) this.#isTooLong = true;
    if (this.#isTooLong) return;
    this.#hash.update(bytes);
    let start = -1;
    // Blocks of the file, of which the first and last may be partly in this piece.
    for (let at = 0; at < bytes.length; ) {
      const end = Math.min(bytes.length, at + holeSize - ((this.length + at) % holeSize));
      const isZero = zeros.subarray(0, end - at).equals(bytes.subarray(at, end));
      if (!isZero && start < 0) start = at;
      if (isZero && start >= 0) {
        await this.#put(bytes.subarray(start, at), this.length + start);
        start = -1;
      }
      at = end;
    }
    if (start >= 0) await this.#put(bytes.subarray(start), this.length + start);
    this.length += bytes.length;
  }

  /** @returns what is wrong, or null */
  async finish(sha256: string): Promise<string | null> {
    if (this.#isTooLong) return `it has more than ${this.#size} bytes`;
    if (this.length !== this.#size) return `it has ${this.length} bytes, not ${this.#size}`;
    if (this.#hash.digest('hex') !== sha256) return 'its sha256 is another one';
    await this.#handle.truncate(this.#size);
    return null;
  }

  async #put(bytes: Uint8Array, offset: number): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, offset + done);
      done += bytesWritten;
    }
  }
}

const zeros = Buffer.alloc(holeSize);

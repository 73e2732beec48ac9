import { createHash, type Hash } from 'node:crypto';
import { open } from 'node:fs/promises';

/** Bytes of a block: bmaptool's own default, and what cards and file systems write at once. */
export const mapBlockSize = 4096;

/** A run of blocks that hold content: `first` to `last`, both included, with the sha256 (lower-case hex) of their bytes. */
export interface BlockRange {
  readonly first: number;
  readonly last: number;
  readonly sha256: string;
}

/** A part of an image whose zeros mean something: a card that was used before must get them too. In bytes, whole blocks. */
export interface Content {
  readonly offset: number;
  readonly size: number;
  /** Zeros at its end mean nothing: free clusters of a FAT, which nobody reads. Those of a hash tree or of ext4's journal are read. */
  readonly endsWithContent: boolean;
}

/** A multiple of a block. */
const chunkSize = 1 << 20;
const zeros = Buffer.alloc(mapBlockSize);

/**
 * Which blocks of an image must be written to a card: those that hold something else than zeros, and the zeros within contents. The holes of the
 * file decide nothing: the same image has the same map on any file system. A last block may be shorter than the others.
 * @returns ascending, disjoint, with a gap between any two
 * @throws the signal's reason; an Error of the file system
 */
export async function blockMap(
  image: string,
  signal: AbortSignal,
  contents: readonly Content[] = [],
): Promise<BlockRange[]> {
  const runs = new Runs(contents);
  const file = await open(image, 'r');
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(chunkSize);
    for (let offset = 0; offset < size; ) {
      signal.throwIfAborted();
      const length = await readWhole(file, buffer, offset, size);
      for (let from = 0; from < length; from += mapBlockSize) {
        runs.add(offset + from, buffer.subarray(from, Math.min(from + mapBlockSize, length)));
      }
      offset += length;
    }
    return runs.end();
  } finally {
    await file.close();
  }
}

/** Joins blocks to ranges. */
class Runs {
  readonly #contents: readonly Content[];
  readonly #ranges: BlockRange[] = [];
  #run: { readonly first: number; last: number; readonly hash: Hash } | null = null;
  /** Blocks of zeros after the run that belong to it if more of the same content follows. */
  #waiting = 0;
  #content: Content | undefined;

  constructor(contents: readonly Content[]) {
    this.#contents = contents;
  }

  add(offset: number, bytes: Buffer): void {
    const content = this.#contents.find((part) => offset >= part.offset && offset < part.offset + part.size);
    // What waits at the end of one content is not continued by the next.
    if (content !== this.#content && this.#waiting > 0) this.#close();
    this.#content = content;
    const isZero = bytes.equals(zeros.subarray(0, bytes.length));
    if (isZero && content?.endsWithContent === true && this.#run !== null) this.#waiting += 1;
    else if (isZero && content?.endsWithContent !== false) this.#close();
    else this.#take(offset / mapBlockSize, bytes);
  }

  end(): BlockRange[] {
    this.#close();
    return this.#ranges;
  }

  #take(block: number, bytes: Buffer): void {
    this.#run ??= { first: block, last: block, hash: createHash('sha256') };
    for (; this.#waiting > 0; this.#waiting -= 1) this.#run.hash.update(zeros);
    this.#run.hash.update(bytes);
    this.#run.last = block;
  }

  #close(): void {
    if (this.#run !== null) {
      const { first, last, hash } = this.#run;
      this.#ranges.push({ first, last, sha256: hash.digest('hex') });
    }
    this.#run = null;
    this.#waiting = 0;
  }
}

/** How many blocks ranges have together. */
export function mappedBlocks(ranges: readonly BlockRange[]): number {
  return ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

type OpenFile = Awaited<ReturnType<typeof open>>;

/** Fills the buffer as far as the file goes: a read may stop in the middle of a block. @returns bytes read */
async function readWhole(file: OpenFile, buffer: Buffer, offset: number, size: number): Promise<number> {
  const wanted = Math.min(buffer.length, size - offset);
  let length = 0;
  while (length < wanted) {
    const { bytesRead } = await file.read(buffer, length, wanted - length, offset + length);
    if (bytesRead === 0) throw new Error(`the image ends after ${offset + length} of ${size} bytes`);
    length += bytesRead;
  }
  return length;
}

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

/** A multiple of a block. */
const chunkSize = 1 << 20;
const zeros = Buffer.alloc(chunkSize);

/**
 * Which blocks of an image hold something else than zeros. Content decides, not the holes of the file: the same image has the same map
 * on any file system. A last block may be shorter than the others.
 * @returns ascending, disjoint, with a gap between any two
 * @throws the signal's reason; an Error of the file system
 */
export async function blockMap(image: string, signal: AbortSignal): Promise<BlockRange[]> {
  const ranges: BlockRange[] = [];
  let run: { readonly first: number; readonly hash: Hash } | null = null;
  const end = (last: number): void => {
    if (run !== null) ranges.push({ first: run.first, last, sha256: run.hash.digest('hex') });
    run = null;
  };
  const file = await open(image, 'r');
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(chunkSize);
    for (let offset = 0; offset < size; ) {
      signal.throwIfAborted();
      const chunk = buffer.subarray(0, await readWhole(file, buffer, offset, size));
      for (const { from, to, isZero } of runsOf(chunk)) {
        const block = (offset + from) / mapBlockSize;
        if (isZero) end(block - 1);
        else {
          run ??= { first: block, hash: createHash('sha256') };
          run.hash.update(chunk.subarray(from, to));
        }
      }
      offset += chunk.length;
    }
    end(Math.ceil(size / mapBlockSize) - 1);
    return ranges;
  } finally {
    await file.close();
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

interface Run {
  readonly from: number;
  readonly to: number;
  readonly isZero: boolean;
}

/** A chunk cut where blocks of zeros begin and end. */
function runsOf(chunk: Buffer): Run[] {
  const isZero = (from: number, to: number): boolean =>
    chunk.subarray(from, to).equals(zeros.subarray(0, to - from));
  if (isZero(0, chunk.length)) return [{ from: 0, to: chunk.length, isZero: true }];
  const runs: Run[] = [];
  for (let from = 0; from < chunk.length; from += mapBlockSize) {
    const run = { from, to: Math.min(from + mapBlockSize, chunk.length), isZero: false };
    run.isZero = isZero(run.from, run.to);
    const before = runs.at(-1);
    if (before?.isZero === run.isZero) runs[runs.length - 1] = { ...run, from: before.from };
    else runs.push(run);
  }
  return runs;
}

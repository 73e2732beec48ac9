import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { gptPieces } from './gpt.ts';
import { entryArrayStart, type Layout } from './layout.ts';
import type { PartitionName } from './partition-types.ts';
import { sectorSize } from './sectors.ts';

export interface DiskOptions {
  readonly layout: Layout;
  /** Files with the content of partitions; those left out stay zero. */
  readonly contents: Readonly<Partial<Record<PartitionName, string>>>;
  /** What lies on the card outside every partition, at `offset` bytes; null if nothing does. */
  readonly bootloader: { readonly file: string; readonly offset: number } | null;
  /** The image to write; replaced if it is there. */
  readonly output: string;
  /** Hears how far a file is written; no byte before that changes any more. The file gets its name at the end. */
  readonly onWritten?: (file: string, bytes: number) => void;
  readonly signal: AbortSignal;
}

/** One part of an image, as `--json`, manifest and `inspect` show it. Bytes. */
export interface DiskPart {
  readonly name: PartitionName | 'bootloader';
  readonly offset: number;
  /** Room that the part has. */
  readonly size: number;
  /** Bytes of its content. */
  readonly used: number;
  /** Of its content; null if it has none. */
  readonly sha256: string | null;
  /** null for the boot loader. */
  readonly uuid: string | null;
}

const chunkSize = 1 << 20;
/** What is left as a hole is a multiple of this: the block of the file systems that hold images. */
const holeSize = 4096;

/**
 * Writes a disk image: table, boot loader, contents. Zeros become holes, so the file takes only what it holds; its bytes are the same anywhere.
 * It is written beside its target and renamed; who keeps it flushes it.
 * @returns the parts in the order in which they lie on the disk
 * @throws BoardsmithError STEP_FAILED if a content does not fit
 */
export async function writeDisk(options: DiskOptions): Promise<DiskPart[]> {
  const { layout, output, signal } = options;
  const partial = `${output}.partial`;
  const handle = await open(partial, 'w', 0o644);
  try {
    await handle.truncate(layout.size * sectorSize);
    for (const { offset, bytes } of gptPieces(layout)) await handle.write(bytes, 0, bytes.length, offset);
    const parts: DiskPart[] = [];
    for (const part of partsOf(options)) {
      signal.throwIfAborted();
      parts.push(await writePart(handle, part, signal));
      options.onWritten?.(partial, part.offset + part.size);
    }
    await handle.close();
    await rename(partial, output);
    return parts;
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(partial, { force: true });
    throw error;
  }
}

interface Part extends Omit<DiskPart, 'used' | 'sha256'> {
  readonly file: string | undefined;
}

function partsOf({ layout, contents, bootloader }: DiskOptions): Part[] {
  const parts = layout.partitions.map(({ name, start, size, uuid }): Part => {
    return { name, offset: start * sectorSize, size: size * sectorSize, uuid, file: contents[name] };
  });
  if (bootloader === null) return parts;
  // The boot loader ends where the table's entries begin; layout() checked that it does.
  const room = entryArrayStart * sectorSize - bootloader.offset;
  return [{ name: 'bootloader', uuid: null, size: room, ...bootloader }, ...parts];
}

async function writePart(handle: FileHandle, part: Part, signal: AbortSignal): Promise<DiskPart> {
  const { file, ...place } = part;
  if (file === undefined) return { ...place, used: 0, sha256: null };
  const { size: used } = await stat(file);
  if (used > part.size) {
    throw new BoardsmithError(
      'STEP_FAILED',
      `${part.name} has ${used} bytes, but its place only ${part.size}`,
      {
        hint: "make the slot larger in the board's file (partitions:)",
      },
    );
  }
  const digest = createHash('sha256');
  let position = part.offset;
  for await (const chunk of createReadStream(file, { highWaterMark: chunkSize, signal })) {
    digest.update(chunk as Buffer);
    await writeSparsely(handle, chunk as Buffer, position);
    position += (chunk as Buffer).length;
  }
  return { ...place, used, sha256: digest.digest('hex') };
}

/** Writes runs of blocks that are not all zero; the file is zero where nothing was written. */
async function writeSparsely(handle: FileHandle, chunk: Buffer, position: number): Promise<void> {
  let runStart = -1;
  for (let offset = 0; offset <= chunk.length; offset += holeSize) {
    const block = chunk.subarray(offset, offset + holeSize);
    const hole = offset >= chunk.length || zeros.subarray(0, block.length).equals(block);
    if (!hole && runStart < 0) runStart = offset;
    if (hole && runStart >= 0) {
      await handle.write(chunk, runStart, Math.min(offset, chunk.length) - runStart, position + runStart);
      runStart = -1;
    }
  }
  if (runStart >= 0) await handle.write(chunk, runStart, chunk.length - runStart, position + runStart);
}

const zeros = Buffer.alloc(holeSize);

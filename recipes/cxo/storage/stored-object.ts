import { createHash } from 'node:crypto';
import { type Digest, sha256 } from './digest.ts';
import { errorCode, type FileSystem, type ReadableFile } from './file-system.ts';
import { blockCount, blockSize, decodeTail, objectSizeOf, sumOfBlock } from './object-format.ts';
import { CorruptObject } from './storage-errors.ts';

/** Error codes of a read that say that the medium, not the machine, is at fault. */
const mediumErrors = ['EIO', 'EILSEQ', 'EBADMSG', 'EUCLEAN', 'ENODATA'];

/** An object's file, open, with its block sums verified. Gives out verified blocks only. */
export class StoredObject {
  readonly digest: Digest;
  /** Bytes of the object. */
  readonly size: number;
  readonly #file: ReadableFile;
  readonly #sums: Buffer;

  private constructor(digest: Digest, size: number, file: ReadableFile, sums: Buffer) {
    this.digest = digest;
    this.size = size;
    this.#file = file;
    this.#sums = sums;
  }

  /** Opens an object's file: null if there is none, CorruptObject if its sums are not those of this object. */
  static async open(fs: FileSystem, path: string, digest: Digest): Promise<StoredObject | null> {
    let file: ReadableFile;
    try {
      file = await onMedium(digest, () => fs.openForReading(path));
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null;
      throw error;
    }
    try {
      const sizeOfFile = await onMedium(digest, () => file.size());
      const size = objectSizeOf(sizeOfFile);
      if (size === null) throw new CorruptObject(digest, `no object makes a file of ${sizeOfFile} bytes`);
      const tail = Buffer.allocUnsafeSlow(sizeOfFile - size);
      const length = await onMedium(digest, () => file.read(tail, size));
      const sums = length === tail.length ? decodeTail(tail, digest, size) : null;
      if (sums === null) throw new CorruptObject(digest, 'the list of block sums is damaged');
      if (size === 0 && sha256().toString('hex') !== digest) {
        throw new CorruptObject(digest, 'its file holds the empty object');
      }
      return new StoredObject(digest, size, file, sums);
    } catch (error) {
      await file.close().catch(() => {});
      throw error;
    }
  }

  get blockCount(): number {
    return blockCount(this.size);
  }

  /** Reads block `index` into `target` (at least blockSize bytes) and verifies it: the part of `target` that it fills, or CorruptObject. */
  async readBlock(index: number, target: Buffer): Promise<Buffer> {
    const start = index * blockSize;
    const block = target.subarray(0, Math.min(blockSize, this.size - start));
    const length = await onMedium(this.digest, () => this.#file.read(block, start));
    if (length !== block.length || !sha256(block).equals(sumOfBlock(this.#sums, index))) {
      throw new CorruptObject(this.digest, `block ${index} of ${this.blockCount} is damaged`);
    }
    return block;
  }

  /**
   * Reads blocks `first` to `last` one after the other. If that is the whole object, its last block is held back until the digest
   * over all of it is right too, so that even a wrong list of sums cannot pass a wrong object as whole.
   * A block's memory is used again for the one after the next.
   */
  async *blocks(first: number, last: number): AsyncGenerator<Buffer, void> {
    const whole = first === 0 && last === this.blockCount - 1 ? createHash('sha256') : null;
    const targets = [Buffer.allocUnsafeSlow(blockSize), Buffer.allocUnsafeSlow(blockSize)];
    for (let index = first; index <= last; index++) {
      const block = await this.readBlock(index, targets[index % 2]!);
      whole?.update(block);
      if (whole !== null && index === last && whole.digest('hex') !== this.digest) {
        throw new CorruptObject(this.digest, 'the blocks are as they were stored, but not the object');
      }
      yield block;
    }
  }

  /** Reads everything once: CorruptObject if anything is wrong. `pace` is called after every block, to slow it down. */
  async verify(pace: (bytes: number) => Promise<void> = async () => {}): Promise<void> {
    for await (const block of this.blocks(0, this.blockCount - 1)) await pace(block.length);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

async function onMedium<T>(digest: Digest, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const code = errorCode(error);
    if (mediumErrors.includes(code)) throw new CorruptObject(digest, `it cannot be read: ${code}`, error);
    throw error;
  }
}

import { createHash } from 'node:crypto';
import { BlockSums } from './block-sums.ts';
import { type Digest, sha256 } from './digest.ts';
import { errorCode, type FileSystem, type WritableFile } from './file-system.ts';
import { blockSize, diskBytes, encodeTail, fileSize } from './object-format.ts';
import type { Reservation } from './space-ledger.ts';
import { NoSpace, TooLarge } from './storage-errors.ts';

/** An upload: a file aside from the objects, until it is complete, durable and named. */
export class IncomingObject {
  readonly path: string;
  readonly #fs: FileSystem;
  readonly #file: WritableFile;
  readonly #reservation: Reservation;
  readonly #maximum: number;
  readonly #hash = createHash('sha256');
  readonly #sums = new BlockSums();
  /** Whole blocks are written, so memory for an upload is one block whatever its size. */
  readonly #block = Buffer.allocUnsafeSlow(blockSize);
  #filled = 0;
  #written = 0;
  #reserved: number;
  #digest: Digest | null = null;
  #open = true;
  #settled = false;

  private constructor(
    fs: FileSystem,
    path: string,
    file: WritableFile,
    reservation: Reservation,
    limits: { reserved: number; maximum: number },
  ) {
    this.#fs = fs;
    this.path = path;
    this.#file = file;
    this.#reservation = reservation;
    this.#reserved = limits.reserved;
    this.#maximum = limits.maximum;
  }

  /** Makes the file. `reserved` bytes of the disk are set aside already. */
  static async create(
    fs: FileSystem,
    path: string,
    reservation: Reservation,
    limits: { reserved: number; maximum: number },
  ): Promise<IncomingObject> {
    return new IncomingObject(fs, path, await fs.createFile(path), reservation, limits);
  }

  /** Bytes of the object so far. */
  get size(): number {
    return this.#written + this.#filled;
  }

  /** Bytes that the finished file takes of the disk. */
  get diskBytes(): number {
    return diskBytes(fileSize(this.size));
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (this.size + chunk.length > this.#maximum) {
      throw new TooLarge(`the object is bigger than ${this.#maximum} bytes`);
    }
    this.#hash.update(chunk);
    for (let taken = 0; taken < chunk.length; ) {
      const part = chunk.subarray(taken, taken + blockSize - this.#filled);
      this.#block.set(part, this.#filled);
      this.#filled += part.length;
      taken += part.length;
      if (this.#filled === blockSize) await this.#writeBlock();
    }
  }

  /** Address of what was written. Nothing can be written afterwards. */
  digest(): Digest {
    this.#digest ??= this.#hash.digest('hex');
    return this.#digest;
  }

  /** Writes what is left and makes the file durable. */
  async seal(): Promise<void> {
    if (this.#filled > 0) await this.#writeBlock();
    await this.#ensureReserved(this.diskBytes);
    const tail = encodeTail(this.digest(), this.#written, this.#sums.bytes);
    await onDisk(() => this.#file.write(tail, this.#written));
    this.#reservation.wrote(tail.length);
    await onDisk(() => this.#file.sync());
    await this.#close();
  }

  /** The file has its final name: what it takes of the disk is booked for good. */
  keep(): void {
    this.#settled = true;
    this.#reservation.keep(this.diskBytes);
  }

  /** Removes the file and gives its room back. Harmless after keep() and when called twice. */
  async abandon(): Promise<void> {
    if (this.#settled) return;
    this.#settled = true;
    await this.#close().catch(() => {});
    try {
      await this.#fs.removeFile(this.path);
    } catch (error) {
      // The file may still take its room until the next start removes it: keep it booked.
      if (errorCode(error) !== 'ENOENT') {
        this.#reservation.keep(this.diskBytes);
        return;
      }
    }
    this.#reservation.release();
  }

  async #writeBlock(): Promise<void> {
    const block = this.#block.subarray(0, this.#filled);
    await this.#ensureReserved(diskBytes(this.size));
    this.#sums.push(sha256(block));
    await onDisk(() => this.#file.write(block, this.#written));
    this.#reservation.wrote(block.length);
    this.#written += block.length;
    this.#filled = 0;
  }

  /** An upload of unknown length sets its room aside block by block. */
  async #ensureReserved(bytes: number): Promise<void> {
    if (bytes <= this.#reserved) return;
    await this.#reservation.grow(bytes - this.#reserved);
    this.#reserved = bytes;
  }

  async #close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#file.close();
  }
}

/** Runs a call that writes; a full disk becomes NoSpace. */
export async function onDisk<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (['ENOSPC', 'EDQUOT'].includes(errorCode(error))) {
      throw new NoSpace('the disk is full', { cause: error });
    }
    throw error;
  }
}

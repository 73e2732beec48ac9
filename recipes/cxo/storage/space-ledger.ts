import type { FileSystem } from './file-system.ts';
import { NoSpace } from './storage-errors.ts';

/** Room set aside for one upload. */
export interface Reservation {
  /** Sets more bytes aside; NoSpace if there is no room. */
  grow(bytes: number): Promise<void>;
  /** So many of the bytes are on the disk now, and no longer free. */
  wrote(bytes: number): void;
  /** The upload became a file that takes so many bytes of the disk. */
  keep(bytes: number): void;
  /** The upload came to nothing. */
  release(): void;
}

/**
 * Who holds how much of the disk. Room is set aside before it is written, so that uploads that run side by side
 * cannot pass the quota together. All sizes are bytes of the disk.
 */
export class SpaceLedger {
  readonly #fs: FileSystem;
  readonly #folder: string;
  readonly #quota: number | null;
  readonly #freeReserve: number;
  #used = 0;
  #reserved = 0;
  /** Part of the reserved bytes that still counts as free for the file system. */
  #unwritten = 0;

  constructor(
    fs: FileSystem,
    limits: { folder: string; quotaBytes: number | null; freeReserveBytes: number },
  ) {
    this.#fs = fs;
    this.#folder = limits.folder;
    this.#quota = limits.quotaBytes;
    this.#freeReserve = limits.freeReserveBytes;
  }

  get used(): number {
    return this.#used;
  }

  get reserved(): number {
    return this.#reserved;
  }

  /** A file that is there: found at the start. */
  add(bytes: number): void {
    this.#used += bytes;
  }

  /** A file that is gone. */
  remove(bytes: number): void {
    this.#used = Math.max(0, this.#used - bytes);
  }

  /** Sets room aside for an upload. */
  async reserve(bytes: number): Promise<Reservation> {
    let reserved = 0;
    let unwritten = 0;
    let settled = false;
    const settle = (): boolean => {
      if (settled) return false;
      settled = true;
      this.#reserved -= reserved;
      this.#unwritten -= unwritten;
      return true;
    };
    const reservation: Reservation = {
      grow: async (more) => {
        const free = await this.#fs.freeBytes(this.#folder);
        // No await from here on: check and booking are one.
        if (this.#quota !== null && this.#used + this.#reserved + more > this.#quota) {
          throw new NoSpace(
            `the quota of ${this.#quota} bytes is used up: ${this.#used} stored, ${this.#reserved} set aside for uploads`,
          );
        }
        if (free - this.#unwritten - more < this.#freeReserve) {
          throw new NoSpace(
            `the disk is full: ${free} bytes free, of which ${this.#freeReserve} are kept in reserve`,
          );
        }
        reserved += more;
        unwritten += more;
        this.#reserved += more;
        this.#unwritten += more;
      },
      wrote: (written) => {
        const counted = Math.min(written, unwritten);
        unwritten -= counted;
        this.#unwritten -= counted;
      },
      keep: (size) => {
        if (settle()) this.#used += size;
      },
      release: () => {
        settle();
      },
    };
    await reservation.grow(bytes);
    return reservation;
  }
}

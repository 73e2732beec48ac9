/**
 * A card as the burner sees it: bytes at offsets. A block device, a file of a dry run, or (in tests) a simulator of a bad card.
 * Buffers come from `aligned-buffer`; offsets are multiples of 4096, lengths too unless they reach the end. Calls may read or write less than
 * asked for, as the kernel's do: use `readWhole` and `writeWhole`, which also say what a failure means.
 * Failures are errors with the kernel's `code`: EIO (a bad block), ENOSPC (the end), ENODEV, ENXIO or ENOMEDIUM (pulled out).
 */
export interface CardDevice {
  /** As people name it: `/dev/sdb`. */
  readonly path: string;
  readonly kind: 'block' | 'file';
  /** Bytes, as the device claims. */
  readonly size: number;
  /** False where the file system of a dry run's file knows no O_DIRECT: what is read back may then come from the kernel's cache. */
  readonly readsPastCache: boolean;
  /** @returns bytes read; 0 at the end. Past the kernel's cache, where the file system lets it. */
  read(offset: number, into: Uint8Array): Promise<number>;
  /** @returns bytes written */
  write(offset: number, bytes: Uint8Array): Promise<number>;
  /** Until the device itself has everything. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** What offsets and lengths are multiples of: the largest logical block of disks, and the page of the kernels that burn. */
export const transferBlock = 4096;

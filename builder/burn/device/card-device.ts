/**
 * A card as the burner sees it: bytes at offsets. A block device, a file of a dry run, or (in tests) a simulator of a bad card.
 * Buffers come from `aligned-buffer`; offsets and lengths are multiples of 4096. Calls may read or write less than asked for, as the kernel's do.
 * Failures are errors with the kernel's `code`: EIO (a bad block), ENOSPC (the end), ENODEV, ENXIO or ENOMEDIUM (pulled out).
 */
export interface CardDevice {
  /** As people name it: `/dev/sdb`. */
  readonly path: string;
  /** Bytes, as the device claims. */
  readonly size: number;
  /** @returns bytes read; 0 at the end. Past the kernel's cache, where the file system lets it. */
  read(offset: number, into: Uint8Array): Promise<number>;
  /** @returns bytes written */
  write(offset: number, bytes: Uint8Array): Promise<number>;
  /** Until the device itself has everything. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

import { diskBytes, objectSizeOf } from './object-format.ts';
import type { SpaceLedger } from './space-ledger.ts';

/** Running totals of what is stored, kept in step with the ledger. */
export class Contents {
  readonly #ledger: SpaceLedger;
  objects = 0;
  objectBytes = 0;
  quarantined = 0;
  quarantinedDiskBytes = 0;

  constructor(ledger: SpaceLedger) {
    this.#ledger = ledger;
  }

  /** An object's file was found at the start. */
  found(sizeOfFile: number): void {
    this.stored(objectSizeOf(sizeOfFile) ?? 0);
    this.#ledger.add(diskBytes(sizeOfFile));
  }

  /** An upload became an object; the ledger booked it already. */
  stored(objectSize: number): void {
    this.objects++;
    this.objectBytes += objectSize;
  }

  /** An object's file is gone. */
  removed(sizeOfFile: number): void {
    this.objects--;
    this.objectBytes -= objectSizeOf(sizeOfFile) ?? 0;
    this.#ledger.remove(diskBytes(sizeOfFile));
  }

  /** A damaged file lies in quarantine. Its room stays taken. */
  quarantinedFile(sizeOfFile: number): void {
    this.quarantined++;
    this.quarantinedDiskBytes += diskBytes(sizeOfFile);
    this.#ledger.add(diskBytes(sizeOfFile));
  }

  /** A file of the quarantine is gone. */
  quarantinedFileRemoved(sizeOfFile: number): void {
    this.quarantined--;
    this.quarantinedDiskBytes -= diskBytes(sizeOfFile);
    this.#ledger.remove(diskBytes(sizeOfFile));
  }
}

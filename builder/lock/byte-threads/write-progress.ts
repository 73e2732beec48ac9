/** Tells a thread that hashes a file how far the file is written, so that it need not wait for the end. */
export class WriteProgress {
  /** Goes to the task `fileDigest`. */
  readonly shared = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
  readonly #bytes = new BigInt64Array(this.shared);

  /** No byte before this one changes any more. */
  reached(bytes: number): void {
    Atomics.store(this.#bytes, 0, BigInt(bytes));
    Atomics.notify(this.#bytes, 0);
  }

  /** The file is whole, or will never be: whoever waits goes on to its end. */
  ended(): void {
    this.reached(Number.MAX_SAFE_INTEGER);
  }
}

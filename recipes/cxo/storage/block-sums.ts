/** A growing list of 32-byte sums in one piece of memory. */
export class BlockSums {
  #bytes = Buffer.alloc(1024);
  #length = 0;

  push(sum: Buffer): void {
    if (this.#length + sum.length > this.#bytes.length) {
      this.#bytes = Buffer.concat([this.#bytes], this.#bytes.length * 2);
    }
    this.#length += sum.copy(this.#bytes, this.#length);
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}

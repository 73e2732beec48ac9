/** What is wrong with a file that looks like ELF. */
export class ElfError extends Error {
  override readonly name = 'ElfError';
}

/** Reads numbers and strings of an ELF file; whatever lies outside the file is an ElfError, never a crash. */
export class ByteReader {
  readonly #bytes: Buffer;
  readonly #littleEndian: boolean;

  constructor(bytes: Buffer, littleEndian: boolean) {
    this.#bytes = bytes;
    this.#littleEndian = littleEndian;
  }

  u16(offset: number): number {
    this.range(offset, 2, 'a number');
    return this.#littleEndian ? this.#bytes.readUInt16LE(offset) : this.#bytes.readUInt16BE(offset);
  }

  u32(offset: number): number {
    this.range(offset, 4, 'a number');
    return this.#littleEndian ? this.#bytes.readUInt32LE(offset) : this.#bytes.readUInt32BE(offset);
  }

  u64(offset: number): bigint {
    this.range(offset, 8, 'a number');
    return this.#littleEndian ? this.#bytes.readBigUInt64LE(offset) : this.#bytes.readBigUInt64BE(offset);
  }

  /** The bytes of a range. */
  range(offset: number, size: number, what: string): Buffer {
    const end = offset + size;
    if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(end) || offset < 0 || size < 0) {
      throw new ElfError(`${what} lies at an impossible place`);
    }
    if (end > this.#bytes.length) throw new ElfError(`${what} lies outside the file (${offset} … ${end})`);
    return this.#bytes.subarray(offset, end);
  }

  /** A string that ends with NUL, within `size` bytes from `offset`. */
  string(offset: number, size: number, what: string): string {
    const bytes = this.range(offset, size, what);
    const end = bytes.indexOf(0);
    if (end < 0) throw new ElfError(`${what} has no end`);
    return bytes.toString('utf8', 0, end);
  }
}

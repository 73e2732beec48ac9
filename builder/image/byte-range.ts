import type { FileHandle } from 'node:fs/promises';

/** Part of an open file that is read as if it were a file of its own: a partition of an image. */
export class ByteRange {
  readonly #handle: FileHandle;
  readonly #offset: number;
  readonly size: number;

  /**
   * @param offset of its first byte in the file
   * @param size in bytes
   */
  constructor(handle: FileHandle, offset: number, size: number) {
    this.#handle = handle;
    this.#offset = offset;
    this.size = size;
  }

  /** @throws RangeError if that is not all inside the range and the file */
  async read(position: number, length: number): Promise<Buffer> {
    if (position < 0 || length < 0 || position + length > this.size) {
      throw new RangeError(`it ends before byte ${position + length}`);
    }
    const { buffer, bytesRead } = await this.#handle.read(
      Buffer.allocUnsafe(length),
      0,
      length,
      this.#offset + position,
    );
    if (bytesRead !== length) throw new RangeError(`the file ends before byte ${position + length} of it`);
    return buffer;
  }

  /** All of it, in pieces. */
  async *pieces(pieceSize = 1 << 20): AsyncGenerator<Buffer> {
    for (let position = 0; position < this.size; position += pieceSize) {
      yield await this.read(position, Math.min(pieceSize, this.size - position));
    }
  }
}

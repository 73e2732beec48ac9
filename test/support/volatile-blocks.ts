import { openSync, readSync } from 'node:fs';

const blockSize = 4096;

/** Blocks over an image that is never written: what was flushed lasts, what was not is lost when the power goes. */
export class VolatileBlocks {
  readonly size: number;
  readonly #image: number;
  readonly #durable = new Map<number, Buffer>();
  readonly #volatile = new Map<number, Buffer>();

  /** @param size bytes of the disk, at least the image's; what is beyond the image reads as zeros */
  constructor(image: string, size: number) {
    this.size = size;
    this.#image = openSync(image, 'r');
  }

  get unflushed(): number {
    return this.#volatile.size;
  }

  /** Whether anything of a stretch would be lost now. */
  isUnflushed(offset: number, length: number): boolean {
    const [first, last] = [Math.floor(offset / blockSize), Math.floor((offset + length - 1) / blockSize)];
    return [...this.#volatile.keys()].some((block) => block >= first && block <= last);
  }

  read(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    this.#eachBlock(offset, length, (block, within, at, count) => {
      this.#content(block).copy(bytes, at, within, within + count);
    });
    return bytes;
  }

  /** @param durable as with the flag FUA: on the disk before it is answered */
  write(offset: number, bytes: Buffer, durable: boolean): void {
    this.#eachBlock(offset, bytes.length, (block, within, at, count) => {
      const content = Buffer.from(this.#content(block));
      bytes.copy(content, within, at, at + count);
      if (durable) {
        this.#volatile.delete(block);
        this.#durable.set(block, content);
      } else {
        this.#volatile.set(block, content);
      }
    });
  }

  flush(): void {
    for (const [block, content] of this.#volatile) this.#durable.set(block, content);
    this.#volatile.clear();
  }

  /** Drops what was not flushed, but for blocks that the disk happened to have written already. */
  cut(survives: (block: number) => boolean): void {
    for (const [block, content] of this.#volatile) if (survives(block)) this.#durable.set(block, content);
    this.#volatile.clear();
  }

  #content(block: number): Buffer {
    const known = this.#volatile.get(block) ?? this.#durable.get(block);
    if (known !== undefined) return known;
    const content = Buffer.alloc(blockSize);
    readSync(this.#image, content, 0, blockSize, block * blockSize);
    return content;
  }

  #eachBlock(
    offset: number,
    length: number,
    use: (block: number, within: number, at: number, count: number) => void,
  ): void {
    for (let at = 0; at < length; ) {
      const block = Math.floor((offset + at) / blockSize);
      const within = (offset + at) % blockSize;
      const count = Math.min(blockSize - within, length - at);
      use(block, within, at, count);
      at += count;
    }
  }
}

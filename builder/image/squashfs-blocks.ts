import { inflateSync } from 'node:zlib';
import { decompress as unzstd } from 'fzstd';
import xz from 'xz-decompress';
import type { ByteRange } from './byte-range.ts';
import { type Compressor, dataStored, metadataSize, metadataStored } from './squashfs-format.ts';

interface MetadataBlock {
  readonly content: Buffer;
  /** Where the next one begins. */
  readonly next: number;
}

/** Reads and unpacks the blocks of a squashfs: those of metadata, each with its length before it, and those of data. */
export class SquashfsBlocks {
  readonly #range: ByteRange;
  readonly #unpack: Unpacker;
  readonly #metadata = new Map<number, MetadataBlock>();

  /** @throws Error for a compressor that is not understood */
  constructor(range: ByteRange, compressor: Compressor) {
    this.#range = range;
    this.#unpack = unpackerOf(compressor);
  }

  /** `length` bytes of metadata from `offset` in the block at `block` on, over as many blocks as that takes. */
  async metadata(block: number, offset: number, length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let position = block;
    for (let skip = offset, missing = length; missing > 0; ) {
      const { content, next } = await this.#metadataBlock(position);
      if (skip > content.length) throw new RangeError('a place in its metadata lies outside of its block');
      const part = content.subarray(skip, skip + missing);
      parts.push(part);
      missing -= part.length;
      skip = 0;
      position = next;
      if (content.length < metadataSize && missing > 0) throw new RangeError('its metadata is cut off');
    }
    return Buffer.concat(parts);
  }

  /**
   * A block of data.
   * @param stored its length as written, with the bit for "not packed"
   * @param size of its content
   */
  async data(position: number, stored: number, size: number): Promise<Buffer> {
    const bytes = await this.#range.read(position, stored & ~dataStored);
    const content = (stored & dataStored) !== 0 ? bytes : await this.#unpack(bytes);
    if (content.length < size) throw new RangeError(`the block at ${position} unpacks to too few bytes`);
    return content.subarray(0, size);
  }

  async #metadataBlock(position: number): Promise<MetadataBlock> {
    const known = this.#metadata.get(position);
    if (known !== undefined) return known;
    const header = (await this.#range.read(position, 2)).readUInt16LE(0);
    const length = header & ~metadataStored;
    const bytes = await this.#range.read(position + 2, length);
    const content = (header & metadataStored) !== 0 ? bytes : await this.#unpack(bytes);
    const block = { content, next: position + 2 + length };
    this.#metadata.set(position, block);
    return block;
  }
}

type Unpacker = (packed: Buffer) => Buffer | Promise<Buffer>;

/** Nothing in a squashfs unpacks to more: the largest size of a block of data. A block of tails is often asked for in part. */
const largestBlock = 1 << 20;

function unpackerOf(compressor: Compressor): Unpacker {
  if (compressor === 'zstd') return (packed) => Buffer.from(unzstd(packed));
  if (compressor === 'gzip') return (packed) => inflateSync(packed, { maxOutputLength: largestBlock });
  if (compressor === 'xz') return unxz;
  throw new Error(`it is packed with ${compressor}; zstd, gzip and xz are understood`);
}

/** Each block is an xz stream of its own, as OpenWrt's images have them. A branch filter (BCJ, for x86 and 32-bit ARM) is not understood. */
async function unxz(packed: Buffer): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const blob = new Blob([new Uint8Array(packed)]);
  const stream = new xz.XzReadableStream(blob.stream() as globalThis.ReadableStream<Uint8Array>);
  for await (const part of stream as unknown as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > largestBlock) throw new RangeError('a block unpacks to too many bytes');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

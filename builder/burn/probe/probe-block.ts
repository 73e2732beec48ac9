import { createCipheriv } from 'node:crypto';
import { transferBlock } from '../device/card-device.ts';

/** What a block that was read turned out to be. */
export type ReadProbe =
  | { readonly kind: 'own' }
  /** Whole, but one that was written at another offset. */
  | { readonly kind: 'other'; readonly written: number }
  /** Not what any probe wrote: nothing was kept, or not all of it. */
  | { readonly kind: 'lost' };

const seedSize = 16;
const headSize = seedSize + 8;

/** The blocks of one probe: none is like another, nor like one of another probe. */
export class ProbeBlocks {
  readonly #seed: Buffer;

  /** @param seed 16 bytes, new for each probe: what an earlier one left must not pass for this one's */
  constructor(seed: Buffer) {
    if (seed.length !== seedSize) throw new RangeError(`a seed has ${seedSize} bytes`);
    this.#seed = seed;
  }

  /** Fills one block: seed, offset, then noise that both give (AES in counter mode), so no controller can keep it as a pattern. */
  fill(block: Uint8Array, offset: number): void {
    block.set(this.#bytes(offset));
  }

  judge(block: Uint8Array, offset: number): ReadProbe {
    const bytes = Buffer.from(block.buffer, block.byteOffset, transferBlock);
    if (bytes.equals(this.#bytes(offset))) return { kind: 'own' };
    const written = Number(bytes.readBigUInt64LE(seedSize));
    const isBlock = Number.isSafeInteger(written) && written % transferBlock === 0;
    return isBlock && bytes.equals(this.#bytes(written)) ? { kind: 'other', written } : { kind: 'lost' };
  }

  #bytes(offset: number): Buffer {
    const head = Buffer.alloc(headSize);
    this.#seed.copy(head);
    head.writeBigUInt64LE(BigInt(offset), seedSize);
    const counter = Buffer.alloc(16);
    counter.writeBigUInt64LE(BigInt(offset));
    const noise = createCipheriv('aes-128-ctr', this.#seed, counter).update(
      Buffer.alloc(transferBlock - headSize),
    );
    return Buffer.concat([head, noise]);
  }
}

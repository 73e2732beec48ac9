import { createHash, type Hash } from 'node:crypto';
import { mapBlockSize } from '../../image/block-map.ts';
import type { ReleasedImage } from '../release-manifest.ts';

const zeros = Buffer.alloc(1 << 20);

/** Hears the bytes of a raw image from its beginning to its end and finds what is not as a manifest says. Keeps none of them. */
export class RawImageCheck {
  readonly #image: Pick<ReleasedImage, 'raw' | 'mapped'>;
  readonly #whole = createHash('sha256');
  /** Runs of blocks in order, with those between them that hold nothing. */
  #range = 0;
  #ofRange: Hash = createHash('sha256');
  #position = 0;
  #badRanges: string[] = [];
  #firstStray: number | null = null;

  constructor(image: Pick<ReleasedImage, 'raw' | 'mapped'>) {
    this.#image = image;
  }

  /** Bytes so far. */
  get position(): number {
    return this.#position;
  }

  /** Whether there are more bytes than the image may have: the rest need not be read. */
  get isTooLong(): boolean {
    return this.#position > this.#image.raw.size;
  }

  push(piece: Uint8Array): void {
    this.#whole.update(piece);
    for (let at = 0; at < piece.length; ) {
      const range = this.#image.mapped[this.#range];
      const start = range === undefined ? Number.POSITIVE_INFINITY : range.first * mapBlockSize;
      const end =
        range === undefined ? start : Math.min((range.last + 1) * mapBlockSize, this.#image.raw.size);
      const here = this.#position + at;
      const isInRange = here >= start;
      const length = Math.min(piece.length - at, (isInRange ? end : start) - here);
      const part = piece.subarray(at, at + length);
      if (isInRange) this.#ofRange.update(part);
      else this.#mustBeZero(part, here);
      at += length;
      if (isInRange && here + length === end) this.#endRange();
    }
    this.#position += piece.length;
  }

  /** @returns everything that is wrong, a sentence each */
  finish(): string[] {
    const { raw } = this.#image;
    if (this.isTooLong) return [`it unpacks to more than the ${raw.size} bytes that it should have`];
    const problems: string[] = [];
    if (this.#position < raw.size) problems.push(`it ends after ${this.#position} of ${raw.size} bytes`);
    else if (this.#whole.digest('hex') !== raw.sha256)
      problems.push('the sha256 of its bytes is another one');
    const [first] = this.#badRanges;
    if (first !== undefined) {
      const others = this.#badRanges.length === 1 ? '' : `, and ${this.#badRanges.length - 1} others`;
      problems.push(`the blocks ${first}${others} are not what the manifest says`);
    }
    if (this.#firstStray !== null)
      problems.push(`byte ${this.#firstStray} is not zero, though its block is not mapped`);
    return problems;
  }

  #endRange(): void {
    const { first, last, sha256 } = this.#image.mapped[this.#range]!;
    if (this.#ofRange.digest('hex') !== sha256) this.#badRanges.push(`${first} to ${last}`);
    this.#ofRange = createHash('sha256');
    this.#range++;
  }

  #mustBeZero(part: Uint8Array, offset: number): void {
    if (this.#firstStray !== null) return;
    for (let at = 0; at < part.length; at += zeros.length) {
      const length = Math.min(zeros.length, part.length - at);
      const piece = part.subarray(at, at + length);
      if (zeros.subarray(0, length).equals(piece)) continue;
      this.#firstStray = offset + at + piece.findIndex((byte) => byte !== 0);
      return;
    }
  }
}

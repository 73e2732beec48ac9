import type { Digest } from './digest.ts';

/** The stored copy is not the object: never served, and moved away by the store. */
export class CorruptObject extends Error {
  override readonly name = 'CorruptObject';
  readonly digest: Digest;

  constructor(digest: Digest, damage: string, cause?: unknown) {
    super(damage, cause === undefined ? undefined : { cause });
    this.digest = digest;
  }
}

/** The bytes that came have another digest than the address they were put to. */
export class WrongDigest extends Error {
  override readonly name = 'WrongDigest';
  readonly actual: Digest;

  constructor(actual: Digest) {
    super(`the bytes received have the SHA-256 ${actual}`);
    this.actual = actual;
  }
}

/** The quota, the free-space reserve or the disk itself has no room for the object. */
export class NoSpace extends Error {
  override readonly name = 'NoSpace';
}

/** The object is bigger than the store accepts. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

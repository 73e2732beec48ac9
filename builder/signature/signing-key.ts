import { type KeyObject, randomBytes } from 'node:crypto';
import { keyLength, prehash, privateKeyOfSeed, publicBytesOf, signUnhashed } from './ed25519.ts';
import { keyIdText } from './key-id.ts';
import type { PublicKey, SigningKey } from './keys.ts';

/** A signing key made of a seed. Neither printing it nor JSON shows the seed. */
export class SeedKey implements SigningKey {
  readonly publicKey: PublicKey;
  readonly #private: KeyObject;

  /**
   * @param seed 32 bytes; copied
   * @param id minisign's eight bytes; they are no part of the key itself
   */
  constructor(seed: Uint8Array, id: Uint8Array) {
    this.#private = privateKeyOfSeed(seed);
    this.publicKey = { id: keyIdText(id), bytes: Uint8Array.from(publicBytesOf(this.#private)) };
  }

  sign(message: Uint8Array): Uint8Array {
    return signUnhashed(prehash(message), this.#private);
  }

  signUnhashed(bytes: Uint8Array): Uint8Array {
    return signUnhashed(bytes, this.#private);
  }

  /** The 32 bytes that `writeSecretKey` keeps. Whoever asks for them wipes them. */
  exportSeed(): Buffer {
    return Buffer.from(this.#private.export({ format: 'jwk' }).d!, 'base64url');
  }
}

/** A new key from the system's random numbers. */
export function generateKey(): SeedKey {
  const seed = randomBytes(keyLength);
  try {
    return new SeedKey(seed, randomBytes(8));
  } finally {
    seed.fill(0);
  }
}

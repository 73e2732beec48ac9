import { createHash } from 'node:crypto';

/** SHA-256 of an object's bytes as 64 lower-case hex digits: its address. */
export type Digest = string;

/** Whether a text is a digest as this store writes it. Nothing else ever becomes part of a path. */
export function isDigest(text: string): text is Digest {
  return /^[0-9a-f]{64}$/.test(text);
}

/** SHA-256 of all parts, one after the other, as 32 bytes. */
export function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

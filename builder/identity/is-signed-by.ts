import { createHash, createPublicKey, verify } from 'node:crypto';

/** RFC 8410: what stands before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo. */
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * Whether a signature is minisign's prehashed one: Ed25519 over BLAKE2b-512 of the message.
 * @param key 32 bytes
 * @param signature 64 bytes
 */
export function isSignedBy(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const publicKey = createPublicKey({ key: Buffer.concat([spkiPrefix, key]), format: 'der', type: 'spki' });
  return verify(null, createHash('blake2b512').update(message).digest(), publicKey, signature);
}

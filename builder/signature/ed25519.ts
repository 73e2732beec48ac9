import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

/** Bytes of an Ed25519 seed, and of a public key. */
export const keyLength = 32;
/** Bytes of an Ed25519 signature. */
export const signatureLength = 64;

/** What stands before the seed in PKCS #8 (RFC 8410, section 7): version 0, the algorithm 1.3.101.112, an octet string in an octet string. */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Node's private key of a seed. @param seed 32 bytes */
export function privateKeyOfSeed(seed: Uint8Array): KeyObject {
  const der = Buffer.concat([pkcs8Prefix, seed]);
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } finally {
    der.fill(0);
  }
}

/** The 32 bytes of the public key that belongs to a private one. */
export function publicBytesOf(privateKey: KeyObject): Buffer {
  return Buffer.from(createPublicKey(privateKey).export({ format: 'jwk' }).x!, 'base64url');
}

/** Ed25519 over the bytes themselves. @returns 64 bytes */
export function signUnhashed(bytes: Uint8Array, privateKey: KeyObject): Buffer {
  return sign(null, bytes, privateKey);
}

/** Ed25519 over the bytes themselves. @param publicBytes 32 bytes @returns false also for what is no signature or no key */
export function verifyUnhashed(bytes: Uint8Array, signature: Uint8Array, publicBytes: Uint8Array): boolean {
  if (signature.length !== signatureLength || publicBytes.length !== keyLength) return false;
  const x = Buffer.from(publicBytes).toString('base64url');
  return verify(
    null,
    bytes,
    createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }),
    signature,
  );
}

/** Ed25519 over the BLAKE2b-512 hash of a message, as `SigningKey.sign` makes it. @param publicBytes 32 bytes */
export function verifyPrehashed(
  message: Uint8Array,
  signature: Uint8Array,
  publicBytes: Uint8Array,
): boolean {
  return verifyUnhashed(prehash(message), signature, publicBytes);
}

/** BLAKE2b-512, which minisign signs in place of the message. */
export function prehash(message: Uint8Array): Buffer {
  return createHash('blake2b512').update(message).digest();
}

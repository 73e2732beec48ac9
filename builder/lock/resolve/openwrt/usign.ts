import { createPublicKey, verify } from 'node:crypto';

/** usign writes `Ed` (Ed25519) first in keys and signatures, then the key's id (8 bytes), then the key (32) or the signature (64). */
const algorithm = 'Ed';
const idEnd = 10;
const keyLength = idEnd + 32;
const signatureLength = idEnd + 64;

/** A problem in words, or null. */
export type Verdict = string | null;

/**
 * Verifies a usign signature over the bytes of a file: algorithm, both lengths, equal key ids, then Ed25519.
 * @param signature text of the `.sig` file
 * @param publicKey text of the key's file
 */
export function verifyUsign(message: Uint8Array, signature: string, publicKey: string): Verdict {
  const key = usignBytes(publicKey, keyLength);
  if (typeof key === 'string') return `the usign key ${key}`;
  const signed = usignBytes(signature, signatureLength);
  if (typeof signed === 'string') return `the usign signature ${signed}`;
  const [wanted, given] = [key, signed].map((bytes) => bytes.toString('hex', 2, idEnd));
  if (wanted !== given) return `the usign signature was made with the key ${given}, not with ${wanted}`;
  const x = key.toString('base64url', idEnd);
  const ed25519 = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verify(null, message, ed25519, signed.subarray(idEnd)) ? null : 'the usign signature is wrong';
}

/**
 * The key as a lock holds it: the second line of its file.
 * @returns null if the text is no usign key
 */
export function usignKeyLine(publicKey: string): string | null {
  const bytes = usignBytes(publicKey, keyLength);
  return typeof bytes === 'string' ? null : bytes.toString('base64');
}

/** The bytes of the second of two lines, or what is wrong with them. */
function usignBytes(text: string, length: number): Buffer | string {
  const [comment, line, ...rest] = text.replace(/\n$/, '').split('\n');
  if (comment === undefined || line === undefined || rest.length > 0) return 'does not have two lines';
  if (!comment.startsWith('untrusted comment: ')) return 'does not begin with "untrusted comment: "';
  const bytes = Buffer.from(line, 'base64');
  // Node takes anything for base64 and leaves out what is none.
  if (bytes.toString('base64') !== line) return 'is not base64';
  if (bytes.length !== length) return `has ${bytes.length} bytes, not ${length}`;
  if (bytes.toString('latin1', 0, 2) !== algorithm) return `is not of the algorithm ${algorithm}`;
  return bytes;
}

import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import type { SigningKey } from '../../builder/signature/keys.ts';

/** PKCS #8 of an Ed25519 key up to its 32 bytes of seed (RFC 8410, section 7). */
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A key of a test with what minisign writes of it, made by Node alone: an independent second opinion on the builder's own signatures. */
export interface TestSigner extends SigningKey {
  /** The file of its public key, as `minisign -G` writes it. */
  readonly publicKeyFile: string;
  /** What `minisign -S` writes beside a file. */
  signatureFile(message: Uint8Array): string;
}

/** The same key for the same name, any time. */
export function testSigner(name: string): TestSigner {
  const seed = createHash('sha256').update(`test signer\0${name}`).digest();
  const key = createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: 'der', type: 'pkcs8' });
  const bytes = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
  const idBytes = createHash('sha256').update(bytes).digest().subarray(0, 8);
  const id = idBytes.readBigUInt64LE().toString(16).toUpperCase().padStart(16, '0');
  const prehashed = (message: Uint8Array): Buffer =>
    sign(null, createHash('blake2b512').update(message).digest(), key);
  const publicLine = Buffer.concat([Buffer.from('Ed'), idBytes, bytes]).toString('base64');
  return {
    publicKey: { id, bytes },
    sign: prehashed,
    signUnhashed: (bytes) => sign(null, bytes, key),
    publicKeyFile: `untrusted comment: minisign public key ${id}\n${publicLine}\n`,
    signatureFile: (message) => {
      const signature = prehashed(message);
      const comment = 'timestamp:0\tfile:manifest.json\thashed';
      // The comment's own signature is not prehashed.
      const whole = sign(null, Buffer.concat([signature, Buffer.from(comment)]), key);
      return [
        'untrusted comment: signature from minisign secret key',
        Buffer.concat([Buffer.from('ED'), idBytes, signature]).toString('base64'),
        `trusted comment: ${comment}`,
        whole.toString('base64'),
        '',
      ].join('\n');
    },
  };
}

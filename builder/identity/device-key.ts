import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { privateKeyOfSeed, publicBytesOf } from '../signature/ed25519.ts';

/** An Ed25519 key of one unit. */
export interface DeviceKey {
  /** 64 lower-case hex digits. */
  readonly publicKey: string;
  /** 64 lower-case hex digits: whoever has them is the unit. */
  readonly seed: string;
}

/** A new key, from the operating system's random numbers. */
export function makeDeviceKey(): DeviceKey {
  return ofPrivateKey(generateKeyPairSync('ed25519').privateKey);
}

/** @param seed 64 lower-case hex digits @returns 64 lower-case hex digits */
export function devicePublicKey(seed: string): string {
  return publicBytesOf(privateKeyOfSeed(Buffer.from(seed, 'hex'))).toString('hex');
}

/**
 * A key that somebody else made: PKCS #8 as PEM (`openssl genpkey -algorithm ed25519`), or 64 hex digits of the seed.
 * @param text content of the key's file
 * @param source the file, named in the error; nothing of its content is
 * @throws BoardsmithError KEY_UNUSABLE
 */
export function readDeviceKey(text: string, source: string): DeviceKey {
  const trimmed = text.trim();
  if (/^[0-9a-fA-F]{64}$/.test(trimmed)) {
    const seed = trimmed.toLowerCase();
    return { seed, publicKey: devicePublicKey(seed) };
  }
  let key: KeyObject | null = null;
  try {
    key = createPrivateKey({ key: trimmed, format: 'pem' });
  } catch {
    // Its message may show what was parsed.
  }
  if (key?.asymmetricKeyType === 'ed25519') return ofPrivateKey(key);
  throw new BoardsmithError('KEY_UNUSABLE', `${source} holds no Ed25519 key of a device`, {
    hint: 'give 64 hex digits of its seed, or an unencrypted PEM of openssl genpkey -algorithm ed25519',
  });
}

function ofPrivateKey(key: KeyObject): DeviceKey {
  const seed = Buffer.from(key.export({ format: 'jwk' }).d!, 'base64url').toString('hex');
  return { seed, publicKey: publicBytesOf(key).toString('hex') };
}

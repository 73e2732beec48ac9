import { BoardsmithError } from '../error/boardsmith-error.ts';
import { keyLength } from './ed25519.ts';
import { keyIdBytes, keyIdLength, keyIdText } from './key-id.ts';
import type { PublicKey } from './keys.ts';
import { readShortFile } from './read-short-file.ts';
import { strictBase64 } from './strict-base64.ts';

/** minisign's word for an Ed25519 key; then come the key's number and the key itself. */
const algorithm = 'Ed';
const idEnd = algorithm.length + keyIdLength;
/** 42 bytes in base64, which begin with `RW`. */
const line = /^RW[A-Za-z0-9+/]{54}$/;
/** Bytes; far more than two lines. */
const longestText = 4096;

/** The line that `minisign -P` takes: 56 characters that begin with `RW`. */
export function publicKeyLine({ id, bytes }: PublicKey): string {
  return Buffer.concat([Buffer.from(algorithm), keyIdBytes(id), bytes]).toString('base64');
}

/** A `.pub` file as minisign writes it. */
export function publicKeyText(key: PublicKey): string {
  // minisign prints its number without leading zeros.
  return `untrusted comment: minisign public key ${key.id.replace(/^0+(?=.)/, '')}\n${publicKeyLine(key)}\n`;
}

/**
 * Reads a public key: the two lines of a file, or the second of them alone.
 * @param name what messages call it
 * @throws BoardsmithError KEY_UNUSABLE
 */
export function parsePublicKey(text: string, name: string): PublicKey {
  const lines = text.replace(/\n$/, '').split('\n');
  if (lines[0] === 'untrusted comment: minisign encrypted secret key') {
    throw notAKey(name, 'it is a secret key: keep it to yourself', 'name the .pub file beside it');
  }
  const [written = ''] =
    lines.length === 2 && lines[0]!.startsWith('untrusted comment: ') ? lines.slice(1) : lines;
  const bytes = lines.length <= 2 ? strictBase64(written, idEnd + keyLength) : null;
  if (bytes === null || bytes.toString('latin1', 0, algorithm.length) !== algorithm) {
    throw notAKey(
      name,
      'it is not what minisign writes',
      'name a .pub file, or its second line (it begins with RW)',
    );
  }
  return {
    id: keyIdText(bytes.subarray(algorithm.length, idEnd)),
    bytes: Uint8Array.from(bytes.subarray(idEnd)),
  };
}

/** Whether a text is a key's line itself, and so names no file. */
export function isPublicKeyLine(text: string): boolean {
  return line.test(text);
}

/**
 * The public key that a command line names.
 * @param named a file, or the key's line itself
 * @throws BoardsmithError KEY_UNUSABLE
 */
export async function readPublicKey(named: string): Promise<PublicKey> {
  if (isPublicKeyLine(named)) return parsePublicKey(named, named);
  let text: string;
  try {
    text = (await readShortFile(named, longestText)).bytes.toString('latin1');
  } catch (cause) {
    throw new BoardsmithError('KEY_UNUSABLE', `cannot read the public key ${named}`, {
      hint: 'name a .pub file, or its second line (it begins with RW)',
      cause,
    });
  }
  return parsePublicKey(text, named);
}

function notAKey(name: string, why: string, hint: string): BoardsmithError {
  return new BoardsmithError('KEY_UNUSABLE', `${name} is no public key: ${why}`, { hint });
}

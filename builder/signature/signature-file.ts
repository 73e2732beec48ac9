import { BoardsmithError } from '../error/boardsmith-error.ts';
import { prehash, signatureLength, verifyUnhashed } from './ed25519.ts';
import { keyIdBytes, keyIdLength, keyIdText } from './key-id.ts';
import type { PublicKey, SigningKey } from './keys.ts';
import { strictBase64 } from './strict-base64.ts';

/** minisign's words for a signature over the hash of a message, and (older) over the message itself. */
const prehashed = 'ED';
const legacy = 'Ed';
const idEnd = prehashed.length + keyIdLength;
const untrusted = 'untrusted comment: ';
const trusted = 'trusted comment: ';
/** minisign 0.11 refuses longer ones (COMMENTMAXBYTES, TRUSTEDCOMMENTMAXBYTES), each with what stands before it. */
const longestComment = 1024;
const longestTrustedComment = 8192;

/** What a `.minisig` file holds. */
export interface Signature {
  readonly keyId: string;
  /** 64 bytes over the message's hash. */
  readonly bytes: Uint8Array;
  /** Printable; signed together with `bytes`. */
  readonly trustedComment: string;
  /** 64 bytes over `bytes` and the trusted comment. */
  readonly overall: Uint8Array;
}

/**
 * Signs a message as `minisign -S` does.
 * @param trustedComment one line of printable characters
 * @returns text of the `.minisig` file
 * @throws BoardsmithError USAGE for a comment that minisign would not read
 */
export function signMessage(message: Uint8Array, key: SigningKey, trustedComment: string): string {
  if (!isComment(trustedComment, longestTrustedComment - trusted.length)) {
    throw new BoardsmithError('USAGE', 'the trusted comment is too long or has control characters', {
      hint: 'one line of printable characters',
    });
  }
  const bytes = key.sign(message);
  return signatureText({
    keyId: key.publicKey.id,
    bytes,
    trustedComment,
    overall: key.signUnhashed(withComment(bytes, trustedComment)),
  });
}

/** A `.minisig` file as minisign writes it. */
export function signatureText({ keyId, bytes, trustedComment, overall }: Signature): string {
  const first = Buffer.concat([Buffer.from(prehashed), keyIdBytes(keyId), bytes]);
  return [
    `${untrusted}signature from minisign secret key`,
    first.toString('base64'),
    `${trusted}${trustedComment}`,
    Buffer.from(overall).toString('base64'),
    '',
  ].join('\n');
}

/**
 * Reads a `.minisig` file. Signatures over the message itself (`Ed`, before minisign 0.10 or with `-l`) are refused: they would make a
 * signature over 64 bytes out of one over the message that has these bytes as its hash, and nothing that Boardsmith signs is too old for the other form.
 * @returns the signature, or in words what is wrong with it
 */
export function parseSignature(text: string): Signature | string {
  if (text !== '' && !text.endsWith('\n')) return 'its last line has no end: it is cut off';
  const lines = text.slice(0, -1).split('\n');
  const [comment = '', first = '', signed = '', last = ''] = lines;
  if (lines.length !== 4) return 'it does not have four lines';
  if (!comment.startsWith(untrusted) || !isComment(comment, longestComment)) {
    return `its first line does not begin with "${untrusted}"`;
  }
  if (!signed.startsWith(trusted) || !isComment(signed, longestTrustedComment)) {
    return `its third line does not begin with "${trusted}"`;
  }
  const bytes = strictBase64(first, idEnd + signatureLength);
  const overall = strictBase64(last, signatureLength);
  if (bytes === null || overall === null) return 'it is not what minisign writes';
  const algorithm = bytes.toString('latin1', 0, prehashed.length);
  if (algorithm === legacy) {
    return 'it is of the old form without a hash (minisign before 0.10, or -l): sign again with a newer minisign, without -l';
  }
  if (algorithm !== prehashed) return 'its algorithm is not Ed25519';
  return {
    keyId: keyIdText(bytes.subarray(prehashed.length, idEnd)),
    bytes: bytes.subarray(idEnd),
    trustedComment: signed.slice(trusted.length),
    overall,
  };
}

/** Holds a signature against a message and a key. @returns what is wrong, or null */
export function signatureFault(message: Uint8Array, signature: Signature, key: PublicKey): string | null {
  if (signature.keyId !== key.id) return `it was made with the key ${signature.keyId}, not with ${key.id}`;
  if (!verifyUnhashed(prehash(message), signature.bytes, key.bytes)) {
    return 'it is not over these bytes, or not by this key';
  }
  const commented = withComment(signature.bytes, signature.trustedComment);
  return verifyUnhashed(commented, signature.overall, key.bytes) ? null : 'its trusted comment was changed';
}

function withComment(signature: Uint8Array, comment: string): Buffer {
  return Buffer.concat([signature, Buffer.from(comment)]);
}

/** minisign itself puts tabs into them. */
function isComment(text: string, longest: number): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: just these are looked for
  return Buffer.byteLength(text) < longest && !/[\u0000-\u0008\u000a-\u001f\u007f]/.test(text);
}

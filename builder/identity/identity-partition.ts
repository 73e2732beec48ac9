import { BoardsmithError } from '../error/boardsmith-error.ts';
import type { SigningKey } from '../signature/keys.ts';
import { parseCertificate } from './certificate-text.ts';
import { numberInRange } from './serial-range.ts';
import { identityMagic, longestCertificate, longestRecord, type UnitIdentity } from './unit-identity.ts';
import { unitText } from './unit-text.ts';

/** A certificate with the signature of an authority, as a batch's files hold it. */
export interface SignedCertificate {
  /** The very bytes that were signed. */
  readonly text: Uint8Array;
  /** 64 bytes. */
  readonly signature: Uint8Array;
}

/** Byte offsets, as unit-identity.ts draws them. */
const certificateLengthAt = 8;
const recordLengthAt = 12;
const certificateSignatureAt = 16;
const recordSignatureAt = 80;
const textsAt = 144;
const signatureSize = 64;
/** What a direct write takes. */
const blockSize = 4096;

/** Bytes of the longest identity: no partition needs to be larger, and no reader reads more. */
export const longestIdentity = textsAt + longestCertificate + longestRecord;

/**
 * What is written to the beginning of the identity partition; zeros belong behind it.
 * @param batchKey the one that the certificate names
 * @returns whole blocks of 4096 bytes, zeros at the end
 * @throws BoardsmithError UNITS_INVALID with everything that init would refuse
 */
export function encodeIdentity(signed: SignedCertificate, unit: UnitIdentity, batchKey: SigningKey): Buffer {
  const certificate = parseCertificate(signed.text, 'certificate');
  const record = Buffer.from(unitText(unit), 'latin1');
  const problems: string[] = [];
  if (signed.signature.length !== signatureSize) problems.push('certificate: its signature is not 64 bytes');
  if (numberInRange(certificate.serials, unit.serial) === null) {
    problems.push(`unit: ${unit.serial} is no serial of batch ${certificate.batch}`);
  }
  if (Buffer.from(batchKey.publicKey.bytes).toString('hex') !== certificate.key) {
    problems.push(`certificate: batch ${certificate.batch} has another key than ${batchKey.publicKey.id}`);
  }
  if (problems.length > 0) {
    throw new BoardsmithError('UNITS_INVALID', 'this unit cannot be given an identity', {
      hint: 'take the certificate and the key of the batch that the serial belongs to',
      problems,
    });
  }
  const end = textsAt + signed.text.length + record.length;
  const bytes = Buffer.alloc(Math.ceil(end / blockSize) * blockSize);
  bytes.write(identityMagic, 0, 'latin1');
  bytes.writeUInt32LE(signed.text.length, certificateLengthAt);
  bytes.writeUInt32LE(record.length, recordLengthAt);
  bytes.set(signed.signature, certificateSignatureAt);
  bytes.set(batchKey.sign(record), recordSignatureAt);
  bytes.set(signed.text, textsAt);
  bytes.set(record, textsAt + signed.text.length);
  return bytes;
}

/** The parts of an identity partition, not yet judged. */
export interface IdentityParts {
  readonly certificate: SignedCertificate;
  readonly record: Uint8Array;
  readonly recordSignature: Uint8Array;
}

/**
 * Takes the bytes of an identity partition apart.
 * @param bytes the whole partition
 * @returns null for zeros alone: a unit without an identity
 * @throws BoardsmithError UNITS_INVALID if it is neither
 */
export function splitIdentity(bytes: Uint8Array): IdentityParts | null {
  if (bytes.every((byte) => byte === 0)) return null;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (buffer.length < textsAt || buffer.toString('latin1', 0, identityMagic.length) !== identityMagic) {
    throw notAnIdentity([`it does not begin with ${identityMagic}`]);
  }
  const certificateLength = buffer.readUInt32LE(certificateLengthAt);
  const recordLength = buffer.readUInt32LE(recordLengthAt);
  const problems: string[] = [];
  if (certificateLength === 0 || certificateLength > longestCertificate) {
    problems.push(`its certificate has ${certificateLength} bytes, not 1 to ${longestCertificate}`);
  }
  if (recordLength === 0 || recordLength > longestRecord) {
    problems.push(`its record has ${recordLength} bytes, not 1 to ${longestRecord}`);
  }
  if (problems.length > 0) throw notAnIdentity(problems);
  const recordAt = textsAt + certificateLength;
  const end = recordAt + recordLength;
  if (end > buffer.length) throw notAnIdentity(['its texts reach beyond the end of the partition']);
  if (!buffer.subarray(end).every((byte) => byte === 0)) throw notAnIdentity(['something follows its texts']);
  return {
    certificate: {
      text: buffer.subarray(textsAt, recordAt),
      signature: buffer.subarray(certificateSignatureAt, certificateSignatureAt + signatureSize),
    },
    record: buffer.subarray(recordAt, end),
    recordSignature: buffer.subarray(recordSignatureAt, recordSignatureAt + signatureSize),
  };
}

function notAnIdentity(problems: readonly string[]): BoardsmithError {
  return new BoardsmithError('UNITS_INVALID', 'the identity partition holds no identity and is not empty', {
    hint: 'burn the unit again',
    problems,
  });
}

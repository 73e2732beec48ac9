import { BoardsmithError } from '../error/boardsmith-error.ts';
import type { PublicKey, SigningKey } from '../signature/keys.ts';
import { readShortFile } from '../signature/read-short-file.ts';
import { parseSignature, type Signature, signatureFault, signMessage } from '../signature/signature-file.ts';
import { certificateText, parseCertificate } from './certificate-text.ts';
import type { SignedCertificate } from './identity-partition.ts';
import { type BatchCertificate, longestCertificate } from './unit-identity.ts';

/** Bytes; far more than the four lines of a signature. */
const longestSignature = 16384;

/** A certificate as it lies in two files: `BATCH.cert`, and beside it `BATCH.cert.minisig`. */
export interface CertificateFile extends SignedCertificate {
  readonly certificate: BatchCertificate;
  readonly minisig: Signature;
}

/**
 * What an authority writes.
 * @returns the contents of `BATCH.cert` and of `BATCH.cert.minisig`, which `minisign -V` takes
 * @throws BoardsmithError UNITS_INVALID with every field that cannot be written
 */
export function issueCertificate(
  certificate: BatchCertificate,
  authority: SigningKey,
): { readonly text: string; readonly minisig: string } {
  const text = certificateText(certificate);
  const comment = `boardsmith batch ${certificate.batch}`;
  return { text, minisig: signMessage(Buffer.from(text, 'latin1'), authority, comment) };
}

/**
 * Reads a certificate with its signature, which is not yet held against a key.
 * @param file path of `BATCH.cert`
 * @throws BoardsmithError FILE_UNUSABLE if one of the two cannot be read, UNITS_INVALID with every mistake
 */
export async function readCertificateFile(file: string): Promise<CertificateFile> {
  const text = await bytesOf(file, longestCertificate + 1);
  const certificate = parseCertificate(text, file);
  const signed = (await bytesOf(`${file}.minisig`, longestSignature)).toString('latin1');
  const minisig = parseSignature(signed);
  if (typeof minisig === 'string') {
    throw new BoardsmithError('UNITS_INVALID', `${file}.minisig is no signature: ${minisig}`, {
      hint: 'take both files as the authority sent them',
    });
  }
  return { text, signature: minisig.bytes, certificate, minisig };
}

/** Holds a certificate's signature against the keys that may have made it. @returns whose it is, or what is wrong, in words */
export function certificateAuthority(
  { text, minisig }: CertificateFile,
  authorities: readonly PublicKey[],
): PublicKey | string {
  const authority = authorities.find(({ id }) => id === minisig.keyId);
  if (authority === undefined)
    return `it was signed with the key ${minisig.keyId}, which is none of those given`;
  return signatureFault(text, minisig, authority) ?? authority;
}

async function bytesOf(file: string, longest: number): Promise<Buffer> {
  try {
    return (await readShortFile(file, longest)).bytes;
  } catch (cause) {
    throw new BoardsmithError('FILE_UNUSABLE', `cannot read ${file}`, {
      hint: 'a certificate is two files, BATCH.cert and BATCH.cert.minisig: boardsmith batch issue writes them',
      cause,
    });
  }
}

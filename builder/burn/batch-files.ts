import { readFile } from 'node:fs/promises';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { parseCertificate } from '../identity/certificate-text.ts';
import type { SignedCertificate } from '../identity/identity-partition.ts';
import type { BatchCertificate } from '../identity/unit-identity.ts';
import type { ReleasedImage } from '../release/release-manifest.ts';
import type { PublicKey, SigningKey } from '../signature/keys.ts';
import { parsePublicKey } from '../signature/public-key.ts';
import { parseSignature, signatureFault } from '../signature/signature-file.ts';
import type { BurnableRelease } from './burnable-release.ts';

/** The batch that units are burnt for. */
export interface Batch {
  readonly certificate: BatchCertificate;
  readonly signed: SignedCertificate;
  readonly key: SigningKey;
}

/**
 * Reads the certificate of a batch, whose signature lies beside it (`FILE.minisig`), and holds it against what is burnt: an authority that the images take signed it, it is
 * for this release, and the batch's key is its.
 * @param images those that units of the batch get
 * @throws BoardsmithError UNITS_INVALID with everything that is wrong; FILE_UNUSABLE
 */
export async function readBatch(
  file: string,
  key: SigningKey,
  release: BurnableRelease,
  images: readonly ReleasedImage[],
): Promise<Batch> {
  const text = await bytesOf(file);
  const signature = parseSignature((await bytesOf(`${file}.minisig`)).toString('latin1'));
  const certificate = parseCertificate(text, file);
  const problems: string[] = [];
  if (typeof signature === 'string') problems.push(`${file}.minisig: ${signature}`);
  else {
    for (const image of images) {
      const known = image.unit.authorities.map((line) =>
        parsePublicKey(line, `an authority of ${image.name}`),
      );
      if (known.length > 0 && !known.some((one) => isBy(one, text, signature))) {
        problems.push(`${file}: none of the authorities of ${image.name} signed it`);
      }
    }
  }
  if (certificate.release !== release.digest) {
    const { name, number } = release.manifest;
    problems.push(`${file}: it is for another release than ${name} ${number}`);
  }
  if (certificate.key !== Buffer.from(key.publicKey.bytes).toString('hex')) {
    problems.push(`${file}: it is for another key than ${key.publicKey.id}`);
  }
  if (problems.length > 0 || typeof signature === 'string') {
    throw new BoardsmithError('UNITS_INVALID', `the certificate ${file} cannot be used`, {
      hint: 'ask who issued it for one of this release and this key',
      problems,
    });
  }
  return { certificate, key, signed: { text, signature: signature.bytes } };
}

function isBy(
  key: PublicKey,
  text: Buffer,
  signature: Exclude<ReturnType<typeof parseSignature>, string>,
): boolean {
  return signatureFault(text, signature, key) === null;
}

async function bytesOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new BoardsmithError('FILE_UNUSABLE', `cannot read ${file}`, {
      hint: 'a certificate is a file with its signature beside it: FILE and FILE.minisig',
      cause,
    });
  }
}

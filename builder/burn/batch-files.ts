import { BoardsmithError } from '../error/boardsmith-error.ts';
import { certificateAuthority, readCertificateFile } from '../identity/certificate-file.ts';
import type { SignedCertificate } from '../identity/identity-partition.ts';
import type { BatchCertificate } from '../identity/unit-identity.ts';
import type { ReleasedImage } from '../release/release-manifest.ts';
import type { SigningKey } from '../signature/keys.ts';
import { parsePublicKey } from '../signature/public-key.ts';
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
  const read = await readCertificateFile(file);
  const { certificate } = read;
  const problems: string[] = [];
  for (const image of images) {
    const known = image.unit.authorities.map((line) => parsePublicKey(line, `an authority of ${image.name}`));
    const authority = known.length === 0 ? null : certificateAuthority(read, known);
    if (typeof authority === 'string') problems.push(`${file}: no authority of ${image.name}: ${authority}`);
  }
  if (certificate.release !== release.digest) {
    const { name, number } = release.manifest;
    problems.push(`${file}: it is for another release than ${name} ${number}`);
  }
  if (certificate.key !== Buffer.from(key.publicKey.bytes).toString('hex')) {
    problems.push(`${file}: it is for another key than ${key.publicKey.id}`);
  }
  if (problems.length > 0) {
    throw new BoardsmithError('UNITS_INVALID', `the certificate ${file} cannot be used`, {
      hint: 'ask who issued it for one of this release and this key',
      problems,
    });
  }
  return { certificate, key, signed: { text: read.text, signature: read.signature } };
}

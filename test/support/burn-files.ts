import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { certificateText } from '../../builder/identity/certificate-text.ts';
import { publicKeyLine, publicKeyText } from '../../builder/signature/public-key.ts';
import { secretKeyText } from '../../builder/signature/secret-key.ts';
import { signMessage } from '../../builder/signature/signature-file.ts';
import { generateKey, type SeedKey } from '../../builder/signature/signing-key.ts';
import { type SmallRelease, type SmallReleaseOptions, smallRelease } from './small-release.ts';

/** What a manufacturer has: a release, and of each batch a certificate and a key. Keys are new each time. */
export interface BurnFiles {
  readonly release: SmallRelease;
  readonly authority: SeedKey;
  readonly batchKey: SeedKey;
  /** What every command line of a batch has, without units and places. */
  readonly batchOptions: readonly string[];
}

/** Writes them into a folder: `release/`, `team.pub`, `batch.key`, `batch.txt` and `batch.txt.minisig`. */
export async function burnFiles(folder: string, options: SmallReleaseOptions = {}): Promise<BurnFiles> {
  mkdirSync(folder, { recursive: true });
  const [authority, batchKey] = [generateKey(), generateKey()];
  const release = await smallRelease(join(folder, 'release'), {
    authorities: [publicKeyLine(authority.publicKey)],
    ...options,
  });
  writeFileSync(join(folder, 'team.pub'), publicKeyText(release.signers[0]!.publicKey));
  writeFileSync(join(folder, 'batch.key'), await secretKeyText(batchKey, null), { mode: 0o600 });
  writeCertificate(folder, 'batch.txt', authority, batchKey, release);
  return {
    release,
    authority,
    batchKey,
    batchOptions: ['--batch-key', 'batch.key', '--certificate', 'batch.txt'],
  };
}

/** Serials ACME-000001 to ACME-000500 of batch `2026-11-a`, unless told otherwise. */
export function writeCertificate(
  folder: string,
  name: string,
  authority: SeedKey,
  batchKey: SeedKey,
  release: Pick<SmallRelease, 'digest'>,
  batch = '2026-11-a',
): void {
  const text = certificateText({
    manufacturer: 'Acme Boards',
    batch,
    serials: { prefix: 'ACME-', digits: 6, first: 1, last: 500 },
    release: release.digest,
    key: Buffer.from(batchKey.publicKey.bytes).toString('hex'),
  });
  writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, `${name}.minisig`), signMessage(Buffer.from(text), authority, 'batch'));
}

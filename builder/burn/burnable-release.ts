import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import type { ReleaseManifest } from '../release/release-manifest.ts';
import type { PublicKey } from '../signature/keys.ts';
import { readShortFile } from '../signature/read-short-file.ts';
import { parseSignature, signatureFault } from '../signature/signature-file.ts';

/** What a release must be to be burnt. */
export interface ReleaseDemands {
  /** Keys whose signatures count. */
  readonly keys: readonly PublicKey[];
  /** How many of them must have signed. */
  readonly threshold: number;
  /** The largest number of a release of a name that is known; null for none. */
  readonly newest: (name: string) => number | null;
}

/** A release that was signed well enough. */
export interface BurnableRelease {
  readonly folder: string;
  readonly manifest: ReleaseManifest;
  /** sha256 of manifest.json. */
  readonly digest: string;
  /** Numbers of the keys whose signatures are good, sorted. */
  readonly signers: readonly string[];
}

/** Bytes: an image's mapped ranges may be many. */
const longestManifest = 64 << 20;
const ending = '.minisig';

/**
 * Reads the manifest of a release folder and holds it against its signatures before anything of it is believed. Files are held against it when they are used: an image when it is
 * decompressed (`boardsmith verify` looks at all of them).
 * @throws BoardsmithError RELEASE_INVALID with everything that is wrong: too few good signatures, a bad one by a key that was named, an old number; FILE_UNUSABLE
 */
export async function readBurnableRelease(folder: string, demands: ReleaseDemands): Promise<BurnableRelease> {
  const bytes = await manifestBytes(folder);
  const problems: string[] = [];
  const signers: string[] = [];
  const files = (await readdir(folder)).filter((file) => file.endsWith(ending)).sort();
  for (const key of demands.keys) {
    const file = files.find((name) => name === `manifest.json.${key.id}${ending}`);
    if (file === undefined) {
      problems.push(`${key.id} did not sign it`);
      continue;
    }
    const signature = parseSignature(await readFile(join(folder, file), 'latin1'));
    const fault = typeof signature === 'string' ? signature : signatureFault(bytes, signature, key);
    if (fault === null) signers.push(key.id);
    else problems.push(`${file}: ${fault}`);
  }
  // One bad signature by a key that counts means that somebody changed something, however many others are good.
  const hasBad = problems.some((problem) => problem.startsWith('manifest.json.'));
  if (hasBad || signers.length < demands.threshold) {
    const count = `${signers.length} good signature${signers.length === 1 ? '' : 's'}, ${demands.threshold} needed`;
    throw refused(folder, hasBad ? 'a signature is bad' : count, problems);
  }
  const manifest = parseManifest(folder, bytes);
  const newest = demands.newest(manifest.name);
  if (newest !== null && manifest.number < newest) {
    throw refused(
      folder,
      `it is number ${manifest.number} of ${manifest.name}, and the ledger knows number ${newest}`,
      [],
    );
  }
  return {
    folder,
    manifest,
    digest: createHash('sha256').update(bytes).digest('hex'),
    signers: signers.sort(),
  };
}

async function manifestBytes(folder: string): Promise<Buffer> {
  try {
    return (await readShortFile(join(folder, 'manifest.json'), longestManifest)).bytes;
  } catch (cause) {
    throw new BoardsmithError(
      'FILE_UNUSABLE',
      `${folder} is no folder of a release: its manifest.json cannot be read`,
      {
        hint: 'name the folder that was published, whole',
        cause,
      },
    );
  }
}

function parseManifest(folder: string, bytes: Buffer): ReleaseManifest {
  try {
    const manifest = JSON.parse(bytes.toString('utf8')) as ReleaseManifest;
    if (manifest.format === 'boardsmith-release/1') return manifest;
  } catch (cause) {
    throw refused(folder, 'its manifest.json is no JSON', [], cause);
  }
  throw refused(folder, 'its manifest.json is of a format that this version does not know', []);
}

function refused(folder: string, why: string, problems: readonly string[], cause?: unknown): BoardsmithError {
  return new BoardsmithError('RELEASE_INVALID', `the release ${folder} is not burnt: ${why}`, {
    hint: 'do not burn it; fetch it again, ask who signed it (boardsmith verify shows all that is wrong)',
    problems,
    ...(cause === undefined ? {} : { cause }),
  });
}

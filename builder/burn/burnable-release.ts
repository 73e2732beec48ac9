import type { ReleaseManifest } from '../release/release-manifest.ts';
import { requireSound, type VerifyOptions, verifyHead } from '../release/verify/verify-release.ts';

/** A release that was signed well enough. */
export interface BurnableRelease {
  readonly folder: string;
  readonly manifest: ReleaseManifest;
  /** sha256 of manifest.json. */
  readonly digest: string;
  /** Numbers of the keys whose signatures are good, sorted. */
  readonly signers: readonly string[];
}

/**
 * Holds the manifest of a release folder against its signatures before anything of it is believed. An image is held against the manifest when it is decompressed, and once more on each card
 * (`boardsmith verify` looks at every file).
 * @throws BoardsmithError RELEASE_INVALID with everything that is wrong with manifest and signatures, or if the release is older than one that is known; FILE_UNUSABLE; USAGE
 */
export async function readBurnableRelease(folder: string, options: VerifyOptions): Promise<BurnableRelease> {
  const verdict = await verifyHead(folder, options);
  const signers = verdict.signatures.map(({ keyId }) => keyId).sort();
  return { folder, ...requireSound(verdict), signers };
}

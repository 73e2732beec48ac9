import { BoardsmithError } from '../../error/boardsmith-error.ts';
import type { PublicKey } from '../../signature/keys.ts';
import type { ReleaseManifest } from '../release-manifest.ts';
import { manifestName } from '../signature-name.ts';
import { requireSound, verifyHead } from './verify-release.ts';

/** Whose signatures a manifest is held to. */
export interface HeadSigners {
  /** None: what it says must hold together, and nobody vouches for it. */
  readonly keys: readonly PublicKey[];
  /** How many different ones must have signed; 1 if left out. */
  readonly threshold?: number;
}

/**
 * Reads the manifest of a release whose other files are not looked at, for what names or compares it.
 * @returns the manifest, and its sha256 in lower-case hex
 * @throws BoardsmithError FILE_UNUSABLE if the folder holds no release; RELEASE_INVALID with everything that is wrong with manifest or signatures;
 * USAGE for a threshold that the keys cannot reach
 */
export async function soundHead(
  folder: string,
  { keys, threshold = 1 }: HeadSigners,
  signal: AbortSignal,
): Promise<{ readonly manifest: ReleaseManifest; readonly digest: string }> {
  const verdict = await verifyHead(folder, {
    ...{ keys, signal },
    threshold: keys.length === 0 ? 0 : threshold,
  });
  if (verdict.problems.some(({ kind, where }) => kind === 'missing' && where === manifestName)) {
    throw new BoardsmithError('FILE_UNUSABLE', `${folder} holds no release: there is no ${manifestName}`, {
      hint: 'name the folder of a release',
    });
  }
  return requireSound(verdict);
}

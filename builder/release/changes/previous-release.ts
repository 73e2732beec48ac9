import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import type { PublicKey } from '../../signature/keys.ts';
import type { ImageManifest } from '../../steps/image-manifest.ts';
import type { ReleaseManifest } from '../release-manifest.ts';
import { sbomPackages } from '../sbom-packages.ts';
import { problemLine } from '../verify/release-problem.ts';
import { type HeadSigners, soundHead } from '../verify/sound-head.ts';
import { verifyHead } from '../verify/verify-release.ts';
import type { DescribedImage } from './image-changes.ts';

/** A release that another one is compared with. Every file that is read of it is held to its manifest. */
export interface PreviousRelease {
  readonly manifest: ReleaseManifest;
  /** sha256 of manifest.json, lower-case hex. */
  readonly digest: string;
  readonly images: readonly DescribedImage[];
  /** `policy/policy.json`; null if it has none. */
  readonly policy: string | null;
}

/** Where a cluster's release has its policy, as a diff reads it. */
export const policyFile = 'policy/policy.json';

/**
 * @param signers whose signatures its manifest must have
 * @throws BoardsmithError FILE_UNUSABLE if it is no release folder; RELEASE_INVALID if the manifest is not sound or not signed, or a file is not what it says
 */
export async function readPreviousRelease(
  folder: string,
  signers: HeadSigners,
  signal: AbortSignal,
): Promise<PreviousRelease> {
  const { manifest, digest } = await soundHead(folder, signers, signal);
  const read = async (path: string): Promise<string> => {
    const listed = manifest.files.find((file) => file.path === path);
    const content = await readFile(join(folder, path)).catch(() => null);
    if (listed !== undefined && content !== null && sha256(content) === listed.sha256) {
      return content.toString('utf8');
    }
    const what = content === null ? 'is not there' : 'is not what its manifest says';
    throw new BoardsmithError('RELEASE_INVALID', `${path} of ${folder} ${what}`, {
      hint: 'take a whole copy of that release: boardsmith verify says all that is wrong with this one',
    });
  };
  const images: DescribedImage[] = [];
  for (const image of manifest.images) {
    const sbom = image.sboms.find((path) => path.endsWith('.cdx.json')) ?? `images/${image.name}.cdx.json`;
    const [packages, build] = [await read(sbom), await read(image.buildManifest)];
    const { sizes } = JSON.parse(build) as ImageManifest;
    images.push({ image, packages: sbomPackages(packages), sizes });
  }
  const hasPolicy = manifest.files.some(({ path }) => path === policyFile);
  return { manifest, digest, images, policy: hasPolicy ? await read(policyFile) : null };
}

/**
 * Refuses a release that the holder of a key did not sign: where nobody else is named, only one's own word counts.
 * @throws BoardsmithError RELEASE_INVALID
 */
export async function requireSignedBy(
  folder: string,
  { digest }: Pick<PreviousRelease, 'digest'>,
  key: PublicKey,
  signal: AbortSignal,
): Promise<void> {
  const verdict = await verifyHead(folder, { keys: [key], signal });
  // The file may be another one by now.
  if (verdict.problems.length === 0 && verdict.digest === digest) return;
  throw new BoardsmithError(
    'RELEASE_INVALID',
    `${folder} is not signed with the key that signs this release`,
    {
      problems: verdict.problems.map(problemLine),
      hint: 'name the public key of somebody who signed it: --pub KEY.pub',
    },
  );
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

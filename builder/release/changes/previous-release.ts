import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import type { ImageManifest } from '../../steps/image-manifest.ts';
import type { ReleaseManifest } from '../release-manifest.ts';
import { sbomPackages } from '../sbom-packages.ts';
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

/** @throws BoardsmithError FILE_UNUSABLE if it is no release folder; RELEASE_INVALID if a file is not what its manifest says */
export async function readPreviousRelease(folder: string): Promise<PreviousRelease> {
  const bytes = await readFile(join(folder, 'manifest.json')).catch((cause) => {
    throw notRelease(folder, cause);
  });
  const manifest = parsed(bytes, folder);
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
    const sbom = image.sboms.find((path) => path.endsWith('.cdx.json'));
    if (sbom === undefined) throw notRelease(folder);
    const [packages, build] = [await read(sbom), await read(image.buildManifest)];
    const { sizes } = JSON.parse(build) as ImageManifest;
    images.push({ image, packages: sbomPackages(packages), sizes });
  }
  const hasPolicy = manifest.files.some(({ path }) => path === policyFile);
  return { manifest, digest: sha256(bytes), images, policy: hasPolicy ? await read(policyFile) : null };
}

function parsed(bytes: Buffer, folder: string): ReleaseManifest {
  let manifest: ReleaseManifest;
  try {
    manifest = JSON.parse(bytes.toString('utf8')) as ReleaseManifest;
  } catch (cause) {
    throw notRelease(folder, cause);
  }
  const isRelease =
    manifest?.format === 'boardsmith-release/1' &&
    Array.isArray(manifest.images) &&
    Array.isArray(manifest.files) &&
    Number.isSafeInteger(manifest.number);
  if (!isRelease) throw notRelease(folder);
  return manifest;
}

function notRelease(folder: string, cause?: unknown): BoardsmithError {
  return new BoardsmithError('FILE_UNUSABLE', `${folder} is no release folder`, {
    hint: 'name the folder that holds the manifest.json of an earlier release',
    ...(cause === undefined ? {} : { cause }),
  });
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import type { ImageManifest } from './image-manifest.ts';
import { sparseCopy } from './sparse-copy.ts';

export interface PublishedImage {
  /** Absolute paths in the output folder. */
  readonly image: string;
  readonly manifest: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Puts the files of an image step into the output folder, each written beside its target and renamed; the manifest comes last,
 * so that a manifest always stands beside what it describes.
 * @throws BoardsmithError FILE_UNUSABLE if the folder cannot be written
 */
export async function publishImage(
  stepOutput: string,
  out: string,
  signal: AbortSignal,
): Promise<PublishedImage> {
  const names = (await readdir(stepOutput)).sort();
  const manifestName = names.find((name) => name.endsWith('.manifest.json'))!;
  const manifest = JSON.parse(await readFile(join(stepOutput, manifestName), 'utf8')) as ImageManifest;
  const drafts: string[] = [];
  try {
    await mkdir(out, { recursive: true });
    const ordered = [...names.filter((name) => name !== manifestName), manifestName];
    for (const name of ordered) {
      const draft = join(out, `.${name}.${process.pid}.part`);
      drafts.push(draft);
      await sparseCopy(join(stepOutput, name), draft, signal);
    }
    // While the files are exchanged there is no manifest, rather than one that describes other bytes.
    await rm(join(out, manifestName), { force: true });
    for (const [index, name] of ordered.entries()) await rename(drafts[index]!, join(out, name));
  } catch (cause) {
    await Promise.all(drafts.map((draft) => rm(draft, { force: true })));
    if (signal.aborted)
      throw new BoardsmithError('INTERRUPTED', 'stopped while copying the image', { cause });
    throw new BoardsmithError('FILE_UNUSABLE', `cannot write the image to ${out}`, {
      cause,
      hint: '--out DIR names another folder',
    });
  }
  const image = manifest.outputs.find(({ role }) => role === 'image')!;
  return {
    image: join(out, image.file),
    manifest: join(out, manifestName),
    bytes: image.size,
    sha256: image.sha256,
  };
}

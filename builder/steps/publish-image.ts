import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { ScratchFolders } from '../lock/scratch-folders.ts';
import { outputFolderAt, storageFault, unwritable } from '../lock/storage-fault.ts';
import { syncFolder } from '../lock/sync-folder.ts';
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
 * Puts the files of an image step into the output folder. They are written beside their targets and renamed, the manifest last and its old
 * one removed first: after a kill at any moment a manifest stands beside what it describes, or there is none. Of several builds into one
 * folder the last one wins whole.
 * @throws BoardsmithError FILE_UNUSABLE if the folder cannot be written; INTERRUPTED
 */
export async function publishImage(
  stepOutput: string,
  out: string,
  signal: AbortSignal,
): Promise<PublishedImage> {
  const all = (await readdir(stepOutput)).sort();
  const manifestName = all.find((name) => name.endsWith('.manifest.json'))!;
  const manifest = JSON.parse(await readFile(join(stepOutput, manifestName), 'utf8')) as ImageManifest;
  const names = [...all.filter((name) => name !== manifestName), manifestName];
  const drafts = new ScratchFolders(out, `.${manifestName.replace('.manifest.json', '')}.part-`);
  try {
    await drafts.removeLeftovers();
    // Another build's files may come between ours; then ours go there once more.
    while (!(await drafts.use(async (draft) => await putInPlace(stepOutput, draft, out, names, signal))));
  } catch (cause) {
    if (signal.aborted)
      throw new BoardsmithError('INTERRUPTED', 'stopped while copying the image', { cause });
    const folder = outputFolderAt(out);
    throw storageFault(cause, folder) ?? unwritable(folder, (cause as Error).message, cause);
  }
  const image = manifest.outputs.find(({ role }) => role === 'image')!;
  return {
    image: join(out, image.file),
    manifest: join(out, manifestName),
    bytes: image.size,
    sha256: image.sha256,
  };
}

/** @param names the manifest's last. @returns false if in the end not all of them are ours */
async function putInPlace(
  stepOutput: string,
  draft: string,
  out: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  await Promise.all(names.map((name) => sparseCopy(join(stepOutput, name), join(draft, name), signal)));
  const ours = await identities(draft, names);
  await rm(join(out, names.at(-1)!), { force: true });
  for (const name of names) await rename(join(draft, name), join(out, name));
  await syncFolder(out);
  return (await identities(out, names)) === ours;
}

/** Tells files from others that took their names. */
async function identities(folder: string, names: readonly string[]): Promise<string> {
  const found = await Promise.all(
    names.map(async (name) => await stat(join(folder, name), { bigint: true }).catch(() => null)),
  );
  return found.map((status) => `${status?.ino} ${status?.mtimeNs}`).join();
}

import { existsSync } from 'node:fs';
import { chmod, mkdir, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { ScratchFolders } from '../../lock/scratch-folders.ts';
import { outputFolderAt, storageFault, unwritable } from '../../lock/storage-fault.ts';
import { syncFolder } from '../../lock/sync-folder.ts';

/** @throws BoardsmithError FILE_UNUSABLE if there is something at that path: a release is never written over another */
export function refuseExisting(out: string): void {
  if (!existsSync(out)) return;
  throw new BoardsmithError(
    'FILE_UNUSABLE',
    `${out} is there already, and a release is not written over it`,
    {
      hint: 'name another folder with --out, or remove that one',
    },
  );
}

/**
 * Makes a folder that is complete or absent: it is filled beside its place and renamed. What a killed run left beside it is removed by the next.
 * @param fill is given an empty folder
 * @throws BoardsmithError FILE_UNUSABLE if it is there already or cannot be written; INTERRUPTED; what `fill` throws
 */
export async function makeWholeFolder(
  out: string,
  fill: (folder: string) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  refuseExisting(out);
  const parent = dirname(out);
  const drafts = new ScratchFolders(parent, `.${basename(out)}.part-`);
  try {
    await drafts.removeLeftovers();
    await drafts.use(async (scratch) => {
      const draft = join(scratch, 'release');
      await mkdir(draft);
      await fill(draft);
      await chmod(draft, 0o755);
      signal.throwIfAborted();
      // A rename puts a folder over an empty one.
      refuseExisting(out);
      await rename(draft, out);
    });
    await syncFolder(parent);
  } catch (cause) {
    if (signal.aborted)
      throw new BoardsmithError('INTERRUPTED', 'stopped while writing the release', { cause });
    if (cause instanceof BoardsmithError) throw cause;
    const folder = outputFolderAt(out);
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    if (['ENOTEMPTY', 'EEXIST', 'EACCES', 'EPERM', 'ENOTDIR'].includes(code)) {
      throw unwritable(folder, (cause as Error).message, cause);
    }
    throw storageFault(cause, folder) ?? cause;
  }
}

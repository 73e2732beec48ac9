import { link, open, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncFolder } from './sync-folder.ts';

/**
 * Writes a file that is not there, whole or not at all, and for good: what was written beside it is linked to its name, which fails if that is taken.
 * @param mode permissions, less what the umask takes
 * @throws an Error of the file system: EEXIST if the name is taken
 */
export async function putNewFile(file: string, text: string, mode: number): Promise<void> {
  const folder = dirname(file);
  const draft = join(folder, `.${basename(file)}.${process.pid}.part`);
  try {
    const handle = await open(draft, 'wx', mode);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(draft, file);
    await syncFolder(folder);
  } finally {
    await rm(draft, { force: true });
  }
}

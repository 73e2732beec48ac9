import { join } from 'node:path';
import type { Contents } from './contents.ts';
import { isDigest } from './digest.ts';
import { errorCode, type FileSystem } from './file-system.ts';
import { fanOutNames, type Layout } from './layout.ts';
import { objectSizeOf } from './object-format.ts';

/** What a start found and did. */
export interface StartReport {
  /** Unfinished uploads of the run before that were removed. */
  readonly leftoversRemoved: number;
  /** Files whose size alone shows that they are damaged, as `folder/name` within objects. */
  readonly impossible: readonly string[];
  /** Files in the object folders that this store did not write. They are left alone. */
  readonly foreign: number;
}

/** Makes the folders durable, removes leftovers and counts what is stored. */
export async function startUp(fs: FileSystem, layout: Layout, contents: Contents): Promise<StartReport> {
  await makeFolders(fs, layout);
  const leftoversRemoved = await removeLeftovers(fs, layout);
  const impossible: string[] = [];
  let foreign = 0;
  for (const folder of fanOutNames) {
    for (const { name, size } of await fs.namesAndSizes(layout.fanOut(folder))) {
      if (!isDigest(name) || !name.startsWith(folder)) foreign++;
      else contents.found(size);
      if (isDigest(name) && name.startsWith(folder) && objectSizeOf(size) === null) impossible.push(name);
    }
  }
  for (const { size } of await fs.namesAndSizes(layout.quarantine)) contents.quarantinedFile(size);
  return { leftoversRemoved, impossible, foreign };
}

/**
 * All folders are made before anything is stored, so that no upload has to make one. They are synced at every start:
 * a run before may have been killed between making and syncing. A full disk does no harm once they are there.
 */
async function makeFolders(fs: FileSystem, layout: Layout): Promise<void> {
  for (const folder of [layout.objects, layout.incoming, layout.quarantine]) await fs.makeFolder(folder);
  for (const name of fanOutNames) await fs.makeFolder(layout.fanOut(name));
  await fs.syncFolder(layout.objects);
  await fs.syncFolder(layout.root);
}

async function removeLeftovers(fs: FileSystem, layout: Layout): Promise<number> {
  const names = await fs.names(layout.incoming);
  for (const name of names) {
    try {
      await fs.removeFile(join(layout.incoming, name));
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }
  return names.length;
}

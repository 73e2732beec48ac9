import { type Digest, isDigest } from './digest.ts';
import type { FileSystem } from './file-system.ts';
import { fanOutNames, type Layout } from './layout.ts';
import { objectSizeOf } from './object-format.ts';

/** A part of the list of all objects. */
export interface ObjectPage {
  readonly objects: readonly { readonly sha256: Digest; readonly size: number }[];
  /** Pass it as `after` to go on; null: this was the last page. */
  readonly next: Digest | null;
}

/**
 * Reads a page straight from the folders: no list of all objects is kept in memory. The position is a digest, not a number, so
 * an object that is there during the whole walk is listed exactly once, whatever else comes and goes.
 */
export async function readPage(
  fs: FileSystem,
  layout: Layout,
  after: Digest | null,
  limit: number,
): Promise<ObjectPage> {
  const objects: { sha256: Digest; size: number }[] = [];
  for (const folder of fanOutNames) {
    if (after !== null && folder < after.slice(0, 2)) continue;
    const names = (await fs.names(layout.fanOut(folder)))
      .filter((name) => isDigest(name) && name.startsWith(folder) && (after === null || name > after))
      .sort();
    for (const sha256 of names) {
      if (objects.length === limit) return { objects, next: objects.at(-1)?.sha256 ?? null };
      const sizeOfFile = await fs.sizeOf(layout.fileOf(sha256));
      const size = sizeOfFile === null ? null : objectSizeOf(sizeOfFile);
      if (size !== null) objects.push({ sha256, size });
    }
  }
  return { objects, next: null };
}

import { BoardsmithError } from '../error/boardsmith-error.ts';
import type { ByteRange } from '../image/byte-range.ts';
import { superblockSize } from '../image/squashfs-format.ts';
import { SquashfsReader } from '../image/squashfs-reader.ts';

/** A piece of a root file system. Bytes from its start; `end` is the first one after it. */
export interface RootPiece {
  readonly start: number;
  readonly end: number;
  /** A file's path, or the name of one of the file system's own tables. */
  readonly holds: string;
}

export interface RootMap {
  /** By start. The ends of several files may share a piece: then each has one. */
  readonly pieces: readonly RootPiece[];
  /** Why it cannot be said what lies where; null if it can. */
  readonly damage: string | null;
}

/** What lies where in a squashfs. One whose tables are damaged is not mapped: what a block of it holds is then not known. */
export async function rootMap(range: ByteRange): Promise<RootMap> {
  try {
    const squashfs = await SquashfsReader.open(range);
    const { tables, used } = squashfs.superblock;
    const pieces = [
      { start: 0, end: superblockSize, holds: 'superblock' },
      { start: tables.inode, end: tables.directory, holds: 'table of inodes' },
      { start: tables.directory, end: used, holds: 'table of folders, and small tables behind it' },
    ];
    for (const { path, extents } of await squashfs.entries()) {
      for (const { offset, length } of extents)
        pieces.push({ start: offset, end: offset + length, holds: path });
    }
    return { pieces: pieces.sort((a, b) => a.start - b.start || (a.holds < b.holds ? -1 : 1)), damage: null };
  } catch (error) {
    if (!(error instanceof BoardsmithError)) throw error;
    return { pieces: [], damage: error.message };
  }
}

/** What lies, wholly or in part, from `start` to before `end`: paths and names of tables, each once. */
export function whatLiesIn({ pieces }: RootMap, start: number, end: number): string[] {
  const inside = pieces.filter((piece) => piece.start < end && piece.end > start);
  return [...new Set(inside.map(({ holds }) => holds))];
}

import type { SquashfsBlocks } from './squashfs-blocks.ts';
import { dataStored, inodeTypes, longForm, none32 } from './squashfs-format.ts';

export type SquashfsType = keyof typeof inodeTypes;

/** What all inodes have. */
interface InodeHead {
  readonly type: SquashfsType;
  /** Permission bits. */
  readonly mode: number;
  /** Places in the table of ids. */
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly mtime: number;
}

export interface FileInode extends InodeHead {
  readonly type: 'file';
  readonly size: number;
  /** Where its first block lies. */
  readonly start: number;
  /** Lengths of its blocks as they are stored, in order; 0 is a block of zeros. */
  readonly blocks: readonly number[];
  /** Its tail, in a block that it shares with others; null if it has none. */
  readonly fragment: { readonly index: number; readonly offset: number } | null;
}

export interface DirectoryInode extends InodeHead {
  readonly type: 'directory';
  /** Its list: block (from the start of the table), place in it, and length. */
  readonly block: number;
  readonly offset: number;
  readonly length: number;
}

export interface OtherInode extends InodeHead {
  readonly type: Exclude<SquashfsType, 'file' | 'directory'>;
  /** Of a symlink; empty for others. */
  readonly target: string;
}

export type Inode = FileInode | DirectoryInode | OtherInode;

const headSize = 16;
/** Bytes after the head and before lists and names, by number of the type. */
const bodySizes: Readonly<Record<number, number>> = {
  1: 16,
  2: 16,
  3: 8,
  4: 8,
  5: 8,
  6: 4,
  7: 4,
  8: 24,
  9: 40,
  10: 8,
  11: 12,
  12: 12,
  13: 8,
  14: 8,
};
const typeNames = Object.keys(inodeTypes) as readonly SquashfsType[];
/** No path is longer (limits.h, PATH_MAX). */
const longestTarget = 4096;

/**
 * @param place of the inode: block (absolute) and offset in it
 * @param limits of the file system, so that a damaged inode cannot ask for more than there is
 */
export async function readInode(
  blocks: SquashfsBlocks,
  place: { readonly block: number; readonly offset: number },
  limits: { readonly blockSize: number; readonly used: number },
): Promise<Inode> {
  const read = (from: number, length: number): Promise<Buffer> =>
    blocks.metadata(place.block, place.offset, from + length).then((bytes) => bytes.subarray(from));
  const head = await read(0, headSize);
  const number = head.readUInt16LE(0);
  const bodySize = bodySizes[number];
  const type = typeNames[(number > longForm ? number - longForm : number) - 1];
  if (bodySize === undefined || type === undefined) throw new RangeError(`an inode has the type ${number}`);
  const common = {
    mode: head.readUInt16LE(2) & 0o7777,
    uid: head.readUInt16LE(4),
    gid: head.readUInt16LE(6),
    mtime: head.readUInt32LE(8),
  };
  const body = await read(headSize, bodySize);
  const after = headSize + bodySize;
  if (type === 'directory') return { ...common, type, ...directoryBody(body, number > longForm) };
  if (type !== 'file') {
    const length = type === 'symlink' ? body.readUInt32LE(4) : 0;
    if (length > longestTarget) throw new RangeError('a symlink has no sound target');
    return { ...common, type, target: (await read(after, length)).toString('utf8') };
  }
  const { count, ...rest } = fileBody(body, number > longForm, limits.blockSize);
  if (count > limits.used) throw new RangeError('a file has more blocks than there can be');
  const list = await read(after, count * 4);
  return {
    ...common,
    type,
    ...rest,
    blocks: Array.from({ length: count }, (_, at) => list.readUInt32LE(at * 4)),
  };
}

function directoryBody(body: Buffer, long: boolean): Pick<DirectoryInode, 'block' | 'offset' | 'length'> {
  // The length counts `.` and `..`, which are not there, as three bytes.
  return long
    ? { length: body.readUInt32LE(4) - 3, block: body.readUInt32LE(8), offset: body.readUInt16LE(18) }
    : { block: body.readUInt32LE(0), length: body.readUInt16LE(8) - 3, offset: body.readUInt16LE(10) };
}

function fileBody(
  body: Buffer,
  long: boolean,
  blockSize: number,
): Pick<FileInode, 'size' | 'start' | 'fragment'> & { readonly count: number } {
  const start = long ? Number(body.readBigUInt64LE(0)) : body.readUInt32LE(0);
  const size = long ? Number(body.readBigUInt64LE(8)) : body.readUInt32LE(12);
  const index = body.readUInt32LE(long ? 28 : 4);
  const offset = body.readUInt32LE(long ? 32 : 8);
  const fragment = index === none32 ? null : { index, offset };
  const count = fragment === null ? Math.ceil(size / blockSize) : Math.floor(size / blockSize);
  return { start, size, fragment, count };
}

/** Bytes that a block takes on the disk. */
export function storedSize(block: number): number {
  return block & ~dataStored;
}

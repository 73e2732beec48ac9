import type { ByteRange } from './byte-range.ts';
import { soundReading } from './sound-reading.ts';

export interface Ext4Entry {
  /** Absolute; `/` is the root. */
  readonly path: string;
  readonly type: 'directory' | 'file' | 'symlink' | 'device' | 'other';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Of a file's content. */
  readonly size: number;
  /** Of a symlink; empty for others. */
  readonly target: string;
}

// Documentation/filesystems/ext4 of Linux has all numbers of this file.
const superblockAt = 1024;
const superblockSize = 1024;
const magicAt = 0x38;
const magic = 0xef53;
const rootInode = 2;
const extentMagic = 0xf30a;
/** Blocks that an extent names and that were never written. */
const mostWritten = 32768;
/** Shorter targets of symlinks lie in the inode itself. */
const inodeRoom = 60;
const flags = { extents: 0x80000, inlineData: 0x10000000 };
/** Types of files in folders, extents, 64 bits, flexible groups, a seed of checksums, large folders: what changes nothing of how a tree is read here. */
const understood = 0x2 | 0x40 | 0x80 | 0x200 | 0x2000 | 0x4000;
const with64Bits = 0x80;

interface Superblock {
  readonly blockSize: number;
  readonly inodeCount: number;
  readonly inodesPerGroup: number;
  readonly inodeSize: number;
  readonly descriptorsAt: number;
  readonly descriptorSize: number;
}

interface Inode {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly flags: number;
  /** What says where its blocks are, or a short target of a symlink. */
  readonly map: Buffer;
}

/** True if a partition holds a file system of the ext family. */
export async function isExt4(range: ByteRange): Promise<boolean> {
  if (range.size < superblockAt + superblockSize) return false;
  return (await range.read(superblockAt + magicAt, 2)).readUInt16LE(0) === magic;
}

/** Reads an ext4 (or ext2) without mounting it and without a program of this machine. Checksums of its metadata are not looked at. */
export class Ext4Reader {
  readonly #range: ByteRange;
  readonly #superblock: Superblock;
  readonly #files = new Map<string, Inode>();

  private constructor(range: ByteRange, superblock: Superblock) {
    this.#range = range;
    this.#superblock = superblock;
  }

  /** @throws BoardsmithError FILE_UNUSABLE if it is none, or one that is not understood */
  static async open(range: ByteRange): Promise<Ext4Reader> {
    return await soundReading(
      async () =>
        new Ext4Reader(range, readSuperblock(await range.read(superblockAt, superblockSize), range)),
    );
  }

  /** Everything in it, sorted by path. @throws BoardsmithError FILE_UNUSABLE if it is damaged */
  async entries(): Promise<Ext4Entry[]> {
    return await soundReading(async () => {
      const found: Ext4Entry[] = [];
      await this.#walk('/', rootInode, found);
      return found.sort((a, b) => (a.path < b.path ? -1 : 1));
    });
  }

  /** Content of a file that `entries` named. @throws BoardsmithError FILE_UNUSABLE if it is damaged */
  async readFile(path: string): Promise<Buffer> {
    return await soundReading(async () => {
      const inode = this.#files.get(path);
      if (inode === undefined) throw new RangeError(`it has no file ${path}`);
      return await this.#content(inode);
    });
  }

  async #walk(path: string, number: number, found: Ext4Entry[]): Promise<void> {
    // With hard links an inode is met a few times. A damaged folder could go round for ever.
    if (found.length > this.#superblock.inodeCount * 16) throw new RangeError('its folders lead in circles');
    const inode = await this.#inode(number);
    const { mode, uid, gid } = inode;
    const type = typeOf(mode);
    found.push({
      path,
      type,
      ...{ mode, uid, gid },
      size: type === 'file' ? inode.size : 0,
      target: type === 'symlink' ? await this.#target(inode) : '',
    });
    if (type === 'file') this.#files.set(path, inode);
    if (type !== 'directory') return;
    for (const entry of namesIn(await this.#content(inode), this.#superblock.blockSize)) {
      await this.#walk(path === '/' ? `/${entry.name}` : `${path}/${entry.name}`, entry.inode, found);
    }
  }

  async #inode(number: number): Promise<Inode> {
    const { inodeCount, inodesPerGroup, inodeSize, descriptorsAt, descriptorSize, blockSize } =
      this.#superblock;
    if (number < 1 || number > inodeCount) throw new RangeError(`it has no inode ${number}`);
    const group = Math.floor((number - 1) / inodesPerGroup);
    const descriptor = await this.#range.read(descriptorsAt + group * descriptorSize, descriptorSize);
    const high = descriptorSize >= 64 ? descriptor.readUInt32LE(0x28) : 0;
    const table = (high * 2 ** 32 + descriptor.readUInt32LE(8)) * blockSize;
    const bytes = await this.#range.read(table + ((number - 1) % inodesPerGroup) * inodeSize, 128);
    return {
      mode: bytes.readUInt16LE(0),
      uid: bytes.readUInt16LE(0x78) * 65536 + bytes.readUInt16LE(2),
      gid: bytes.readUInt16LE(0x7a) * 65536 + bytes.readUInt16LE(0x18),
      size: bytes.readUInt32LE(0x6c) * 2 ** 32 + bytes.readUInt32LE(4),
      flags: bytes.readUInt32LE(0x20),
      map: bytes.subarray(0x28, 0x28 + inodeRoom),
    };
  }

  async #target(inode: Inode): Promise<string> {
    const bytes = inode.size < inodeRoom ? inode.map.subarray(0, inode.size) : await this.#content(inode);
    return bytes.toString('utf8');
  }

  async #content(inode: Inode): Promise<Buffer> {
    const { size, map } = inode;
    if (size > this.#range.size) throw new RangeError('a file is larger than the partition');
    if ((inode.flags & flags.inlineData) !== 0) throw new RangeError('a file lies in its inode');
    const content = Buffer.alloc(size);
    const { blockSize } = this.#superblock;
    const put = async (index: number, block: number, count: number): Promise<void> => {
      const at = index * blockSize;
      const length = Math.min(count * blockSize, size - at);
      if (length > 0) (await this.#range.read(block * blockSize, length)).copy(content, at);
    };
    if ((inode.flags & flags.extents) !== 0) await this.#extents(map, put, 5);
    else await this.#mapped(map, put, Math.ceil(size / blockSize));
    return content;
  }

  /** @param deepest levels that may follow: an ext4 has five at most */
  async #extents(node: Buffer, put: PutBlocks, deepest: number): Promise<void> {
    const [count, depth] = [node.readUInt16LE(2), node.readUInt16LE(6)];
    if (node.readUInt16LE(0) !== extentMagic || depth > deepest) throw new RangeError('an extent is none');
    for (let at = 12; at < 12 + count * 12; at += 12) {
      if (depth > 0) {
        const block = node.readUInt16LE(at + 8) * 2 ** 32 + node.readUInt32LE(at + 4);
        const { blockSize } = this.#superblock;
        await this.#extents(await this.#range.read(block * blockSize, blockSize), put, depth - 1);
        continue;
      }
      const length = node.readUInt16LE(at + 4);
      if (length > mostWritten) continue;
      await put(
        node.readUInt32LE(at),
        node.readUInt16LE(at + 6) * 2 ** 32 + node.readUInt32LE(at + 8),
        length,
      );
    }
  }

  /** As ext2 has it: twelve blocks, then blocks of one, two and three levels that name others. */
  async #mapped(map: Buffer, put: PutBlocks, blocks: number): Promise<void> {
    const { blockSize } = this.#superblock;
    let next = 0;
    const visit = async (block: number, level: number): Promise<void> => {
      const covered = (blockSize / 4) ** level;
      if (next >= blocks) return;
      if (block === 0) next += covered;
      else if (level === 0) await put(next++, block, 1);
      else {
        const list = await this.#range.read(block * blockSize, blockSize);
        for (let at = 0; at < blockSize; at += 4) await visit(list.readUInt32LE(at), level - 1);
      }
    };
    for (let index = 0; index < 15; index += 1) {
      await visit(map.readUInt32LE(index * 4), Math.max(0, index - 11));
    }
  }
}

/** @param index of the first block in the file @param block of the first one on the disk */
type PutBlocks = (index: number, block: number, count: number) => Promise<void>;

function readSuperblock(bytes: Buffer, { size }: ByteRange): Superblock {
  if (bytes.readUInt16LE(magicAt) !== magic) throw new RangeError('it is no ext4');
  const incompatible = bytes.readUInt32LE(0x60);
  const strange = incompatible & ~understood;
  if (strange !== 0)
    throw new RangeError(`it has features that are not understood (0x${strange.toString(16)})`);
  const blockSize = 1024 * 2 ** bytes.readUInt32LE(0x18);
  if (blockSize > 65536) throw new RangeError(`its block size ${blockSize} is none`);
  const has64Bits = (incompatible & with64Bits) !== 0;
  const blocks = (has64Bits ? bytes.readUInt32LE(0x150) * 2 ** 32 : 0) + bytes.readUInt32LE(4);
  if (blocks * blockSize > size) {
    throw new RangeError(`it has ${blocks * blockSize} bytes, but only ${size} are there: it is cut off`);
  }
  const inodesPerGroup = bytes.readUInt32LE(0x28);
  if (inodesPerGroup === 0) throw new RangeError('its groups have no inodes');
  return {
    blockSize,
    inodeCount: bytes.readUInt32LE(0),
    inodesPerGroup,
    // The first revision has a fixed size.
    inodeSize: bytes.readUInt32LE(0x4c) === 0 ? 128 : bytes.readUInt16LE(0x58),
    descriptorsAt: (bytes.readUInt32LE(0x14) + 1) * blockSize,
    descriptorSize: has64Bits ? Math.max(64, bytes.readUInt16LE(0xfe)) : 32,
  };
}

/** Names in a folder's content. A folder with an index is read as one without: its index looks like free room. */
function namesIn(content: Buffer, blockSize: number): { name: string; inode: number }[] {
  const found: { name: string; inode: number }[] = [];
  for (let at = 0; at < content.length; ) {
    const inode = content.readUInt32LE(at);
    const length = content.readUInt16LE(at + 4);
    const name = content.toString('utf8', at + 8, at + 8 + content[at + 6]!);
    if (length < 8 || (at % blockSize) + length > blockSize) throw new RangeError('a folder is damaged');
    if (inode !== 0 && name !== '.' && name !== '..') {
      if (name === '' || /[/\0]/.test(name)) throw new RangeError('a name is none');
      found.push({ name, inode });
    }
    at += length;
  }
  return found;
}

function typeOf(mode: number): Ext4Entry['type'] {
  switch (mode & 0o170000) {
    case 0o040000:
      return 'directory';
    case 0o100000:
      return 'file';
    case 0o120000:
      return 'symlink';
    case 0o020000:
    case 0o060000:
      return 'device';
    default:
      return 'other';
  }
}

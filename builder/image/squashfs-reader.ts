import type { ByteRange } from './byte-range.ts';
import { soundReading } from './sound-reading.ts';
import { SquashfsBlocks } from './squashfs-blocks.ts';
import {
  type Compressor,
  compressors,
  fragmentEntrySize,
  metadataSize,
  none64,
  squashfsMagic,
  superblockSize,
} from './squashfs-format.ts';
import {
  type DirectoryInode,
  type FileInode,
  type Inode,
  readInode,
  type SquashfsType,
  storedSize,
} from './squashfs-inodes.ts';

export interface SquashfsEntry {
  /** Absolute; `/` is the root. */
  readonly path: string;
  readonly type: SquashfsType;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Of a file's content. */
  readonly size: number;
  /** Of a symlink; empty for others. */
  readonly target: string;
  /** Where a file's blocks lie, in bytes from the beginning of the file system; the last one may be shared with other files. */
  readonly extents: readonly Extent[];
}

export interface Extent {
  readonly offset: number;
  readonly length: number;
  /** Bytes of it that are this file's: less than `length` in a block that several files share, in proportion to what each has in it. */
  readonly own: number;
}

interface Superblock {
  readonly compressor: Compressor;
  readonly blockSize: number;
  /** Bytes that the file system takes. */
  readonly used: number;
  /** Seconds since 1970. */
  readonly madeAt: number;
  readonly inodeCount: number;
  readonly fragmentCount: number;
  readonly idCount: number;
  readonly root: bigint;
  readonly tables: Readonly<Record<'id' | 'inode' | 'directory' | 'fragment', number>>;
}

interface Fragment {
  readonly start: number;
  readonly stored: number;
}

/** True if a partition begins like a squashfs. */
export function isSquashfs(beginning: Buffer): boolean {
  return beginning.length >= 4 && beginning.readUInt32LE(0) === squashfsMagic;
}

/** Reads a squashfs 4.0 (packed with zstd, gzip or xz) without mounting it and without a program of this machine. */
export class SquashfsReader {
  readonly superblock: Superblock;
  readonly #blocks: SquashfsBlocks;
  readonly #inodes = new Map<string, FileInode>();
  #ids: readonly number[] = [];
  #fragments: readonly Fragment[] = [];

  private constructor(superblock: Superblock, blocks: SquashfsBlocks) {
    this.superblock = superblock;
    this.#blocks = blocks;
  }

  /** @throws BoardsmithError FILE_UNUSABLE if it is none, or one that is not understood */
  static async open(range: ByteRange): Promise<SquashfsReader> {
    return await soundReading(async () => {
      const superblock = readSuperblock(await range.read(0, superblockSize), range.size);
      const reader = new SquashfsReader(superblock, new SquashfsBlocks(range, superblock.compressor));
      await reader.#readTables(range);
      return reader;
    });
  }

  /** Everything in it, sorted by path. @throws BoardsmithError FILE_UNUSABLE if it is damaged */
  async entries(): Promise<SquashfsEntry[]> {
    return await soundReading(async () => {
      const found: { path: string; inode: Inode }[] = [];
      await this.#walk('/', this.superblock.root, found);
      const shares = fragmentShares(
        found.map(({ inode }) => inode),
        this.superblock.blockSize,
      );
      return found
        .map(({ path, inode }) => this.#entry(path, inode, shares))
        .sort((a, b) => (a.path < b.path ? -1 : 1));
    });
  }

  /** Content of a file that `entries` named. @throws BoardsmithError FILE_UNUSABLE if it is damaged */
  async readFile(path: string): Promise<Buffer> {
    return await soundReading(async () => {
      const inode = this.#inodes.get(path);
      if (inode === undefined) throw new RangeError(`it has no file ${path}`);
      const { blockSize } = this.superblock;
      const parts: Buffer[] = [];
      let position = inode.start;
      for (const [index, block] of inode.blocks.entries()) {
        const size = Math.min(blockSize, inode.size - index * blockSize);
        parts.push(block === 0 ? Buffer.alloc(size) : await this.#blocks.data(position, block, size));
        position += storedSize(block);
      }
      if (inode.fragment !== null) parts.push(await this.#tail(inode, inode.fragment));
      return Buffer.concat(parts);
    });
  }

  async #tail(inode: FileInode, { index, offset }: { index: number; offset: number }): Promise<Buffer> {
    const { start, stored } = this.#fragment(index);
    const size = inode.size % this.superblock.blockSize;
    return (await this.#blocks.data(start, stored, offset + size)).subarray(offset);
  }

  #fragment(index: number): Fragment {
    const fragment = this.#fragments[index];
    if (fragment === undefined) throw new RangeError(`it has no fragment ${index}`);
    return fragment;
  }

  async #walk(path: string, reference: bigint, found: { path: string; inode: Inode }[]): Promise<void> {
    const { tables, inodeCount } = this.superblock;
    // Without hard links each inode is met once; with them, a few times. A damaged list could go round for ever.
    if (found.length > inodeCount * 16) throw new RangeError('its folders lead in circles');
    const place = { block: tables.inode + Number(reference >> 16n), offset: Number(reference & 0xffffn) };
    const inode = await readInode(this.#blocks, place, this.superblock);
    found.push({ path, inode });
    if (inode.type === 'file') this.#inodes.set(path, inode);
    if (inode.type !== 'directory') return;
    for (const { name, reference } of await this.#list(inode)) {
      await this.#walk(path === '/' ? `/${name}` : `${path}/${name}`, reference, found);
    }
  }

  async #list({ block, offset, length }: DirectoryInode): Promise<{ name: string; reference: bigint }[]> {
    const entries: { name: string; reference: bigint }[] = [];
    if (length <= 0) return entries;
    const list = await this.#blocks.metadata(this.superblock.tables.directory + block, offset, length);
    for (let at = 0; at < length; ) {
      const count = list.readUInt32LE(at) + 1;
      const inodeBlock = BigInt(list.readUInt32LE(at + 4));
      at += 12;
      for (let index = 0; index < count; index += 1) {
        const inodeOffset = BigInt(list.readUInt16LE(at));
        const end = at + 8 + list.readUInt16LE(at + 6) + 1;
        if (end > length) throw new RangeError('a folder is cut off');
        const name = list.toString('utf8', at + 8, end);
        if (name === '.' || name === '..' || /[/\0]/.test(name)) throw new RangeError('a name is none');
        entries.push({ name, reference: (inodeBlock << 16n) | inodeOffset });
        at = end;
      }
    }
    return entries;
  }

  #entry(path: string, inode: Inode, shares: ReadonlyMap<number, number>): SquashfsEntry {
    const { type, mode, mtime } = inode;
    const id = (index: number): number => {
      const value = this.#ids[index];
      if (value === undefined) throw new RangeError(`${path} has no sound owner`);
      return value;
    };
    return {
      path,
      type,
      mode,
      uid: id(inode.uid),
      gid: id(inode.gid),
      mtime,
      size: type === 'file' ? inode.size : 0,
      target: 'target' in inode ? inode.target : '',
      extents: type === 'file' ? this.#extents(inode, shares) : [],
    };
  }

  #extents(inode: FileInode, shares: ReadonlyMap<number, number>): Extent[] {
    const extents: Extent[] = [];
    let offset = inode.start;
    for (const block of inode.blocks) {
      const length = storedSize(block);
      if (length > 0) extents.push({ offset, length, own: length });
      offset += length;
    }
    if (inode.fragment !== null) {
      const { start, stored } = this.#fragment(inode.fragment.index);
      const length = storedSize(stored);
      const tail = inode.size % this.superblock.blockSize;
      const whole = shares.get(inode.fragment.index)!;
      extents.push({ offset: start, length, own: Math.round((length * tail) / whole) });
    }
    return extents;
  }

  async #readTables(range: ByteRange): Promise<void> {
    const { tables, idCount, fragmentCount } = this.superblock;
    const ids = await this.#table(range, tables.id, idCount * 4);
    this.#ids = Array.from({ length: idCount }, (_, index) => ids.readUInt32LE(index * 4));
    const list = await this.#table(range, tables.fragment, fragmentCount * fragmentEntrySize);
    this.#fragments = Array.from({ length: fragmentCount }, (_, index) => {
      const at = index * fragmentEntrySize;
      return { start: Number(list.readBigUInt64LE(at)), stored: list.readUInt32LE(at + 8) };
    });
  }

  /** A table is a list of places of the metadata blocks that hold it. */
  async #table(range: ByteRange, start: number, length: number): Promise<Buffer> {
    const count = Math.ceil(length / metadataSize);
    if (count === 0) return Buffer.alloc(0);
    const places = await range.read(start, count * 8);
    const parts: Buffer[] = [];
    for (let index = 0; index < count; index += 1) {
      const size = Math.min(metadataSize, length - index * metadataSize);
      parts.push(await this.#blocks.metadata(Number(places.readBigUInt64LE(index * 8)), 0, size));
    }
    return Buffer.concat(parts);
  }
}

function readSuperblock(bytes: Buffer, room: number): Superblock {
  if (!isSquashfs(bytes)) throw new RangeError('it is no squashfs');
  const version = `${bytes.readUInt16LE(28)}.${bytes.readUInt16LE(30)}`;
  if (version !== '4.0') throw new RangeError(`it is squashfs ${version}; 4.0 is understood`);
  const number = bytes.readUInt16LE(20);
  const compressor = compressors[number - 1];
  if (compressor === undefined) throw new RangeError(`it is packed with an unknown method (${number})`);
  const blockSize = bytes.readUInt32LE(12);
  const used = Number(bytes.readBigUInt64LE(40));
  if (blockSize < 4096 || blockSize > 1 << 20 || blockSize !== 2 ** bytes.readUInt16LE(22)) {
    throw new RangeError(`its block size ${blockSize} is none`);
  }
  if (used > room) throw new RangeError(`it has ${used} bytes, but only ${room} are there: it is cut off`);
  const table = (offset: number): number => {
    const value = bytes.readBigUInt64LE(offset);
    return value === none64 ? 0 : Number(value);
  };
  return {
    compressor,
    blockSize,
    used,
    madeAt: bytes.readUInt32LE(8),
    inodeCount: bytes.readUInt32LE(4),
    fragmentCount: bytes.readUInt32LE(16),
    idCount: bytes.readUInt16LE(26),
    root: bytes.readBigUInt64LE(32),
    tables: { id: table(48), inode: table(64), directory: table(72), fragment: table(80) },
  };
}

/** Fragment → how many bytes of it files have together. */
function fragmentShares(inodes: readonly Inode[], blockSize: number): ReadonlyMap<number, number> {
  const shares = new Map<number, number>();
  for (const inode of inodes) {
    if (inode.type !== 'file' || inode.fragment === null) continue;
    const { index } = inode.fragment;
    shares.set(index, (shares.get(index) ?? 0) + (inode.size % blockSize));
  }
  return shares;
}

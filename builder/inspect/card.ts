import { type FileHandle, open } from 'node:fs/promises';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { ByteRange } from '../image/byte-range.ts';
import type { CpioEntry } from '../image/cpio-reader.ts';
import { type ExtlinuxEntry, readExtlinux } from '../image/extlinux-reader.ts';
import { FatReader } from '../image/fat-reader.ts';
import { type Gpt, readGpt } from '../image/read-gpt.ts';
import { sectorSize } from '../image/sectors.ts';
import { SquashfsReader } from '../image/squashfs-reader.ts';
import { readSuperblock } from '../image/verity/superblock.ts';
import { blockSize } from '../image/verity/verity-format.ts';
import { verityTreeSize } from '../image/verity/verity-tree-size.ts';
import type { CardFile } from './card-file.ts';
import { type ContentKind, contentKind, ext4Used } from './partition-content.ts';
import { initramfsEntries } from './unpack-initramfs.ts';

/** A stretch of a card: a partition, or bytes outside of every partition. Bytes. */
export interface CardPart {
  /** Name of the partition, or `bootloader`. */
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  /** Bytes of it that hold something. */
  readonly used: number;
  readonly content: ContentKind | 'boot loader';
  readonly uuid: string | null;
  /** True for the boot partition that the boot loader takes. */
  readonly bootable: boolean;
}

const extlinuxPath = '/extlinux/extlinux.conf';
const noContent = async (): Promise<Buffer> => Buffer.alloc(0);

/** An image that is open for reading: its parts and the files in them, found in its bytes alone. */
export class Card {
  readonly gpt: Gpt;
  readonly #handle: FileHandle;
  /** By partition: an empty one is read whole to see that it is. */
  readonly #kinds = new Map<string, Promise<ContentKind>>();

  private constructor(handle: FileHandle, gpt: Gpt) {
    this.#handle = handle;
    this.gpt = gpt;
  }

  /** @throws BoardsmithError FILE_UNUSABLE if it cannot be read or has no sound partition table */
  static async open(image: string): Promise<Card> {
    const handle = await open(image, 'r').catch((cause) => {
      throw new BoardsmithError('FILE_UNUSABLE', `cannot read ${image}`, {
        hint: 'boardsmith build RECIPE makes out/<recipe>-<board>.img',
        cause,
      });
    });
    try {
      return new Card(handle, await readGpt(image));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Bytes of the image. */
  get size(): number {
    return this.gpt.size * sectorSize;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  /** What lies on the card, in the order in which it does. */
  async parts(): Promise<CardPart[]> {
    const parts: CardPart[] = [];
    for (const { name, start, size, uuid, bootable } of this.gpt.partitions) {
      const range = this.partition(name);
      const content = await this.#kind(name);
      const used = await this.#used(name, range, content);
      parts.push({
        name,
        offset: start * sectorSize,
        size: size * sectorSize,
        used,
        content,
        uuid,
        bootable,
      });
    }
    const bootloader = await this.#bootloader();
    if (bootloader !== null) parts.push(bootloader);
    return parts.sort((a, b) => a.offset - b.offset);
  }

  /** Bytes of one partition. @throws BoardsmithError FILE_UNUSABLE if there is none of that name */
  partition(name: string): ByteRange {
    const partition = this.gpt.partitions.find((candidate) => candidate.name === name);
    if (partition === undefined) {
      throw new BoardsmithError('FILE_UNUSABLE', `there is no partition ${name}`, {
        hint: `name one of ${this.gpt.partitions.map((candidate) => candidate.name).join(', ')}`,
      });
    }
    return new ByteRange(this.#handle, partition.start * sectorSize, partition.size * sectorSize);
  }

  range(offset: number, size: number): ByteRange {
    return new ByteRange(this.#handle, offset, size);
  }

  /** Every file, folder and link of every partition and initramfs, sorted by place and path. */
  async files(): Promise<CardFile[]> {
    const files: CardFile[] = [];
    for (const { name } of this.gpt.partitions) {
      const content = await this.#kind(name);
      if (content === 'squashfs') files.push(...(await this.#squashfsFiles(name)));
      if (content === 'fat') files.push(...(await this.#fatFiles(name)));
    }
    return files.sort((a, b) => compare(a.place, b.place) || compare(a.path, b.path));
  }

  /** What the boot loader starts from a boot partition; null if it has no such entry. */
  async extlinux(partition: string): Promise<ExtlinuxEntry | null> {
    const fat = await this.#fat(partition);
    const listed = (await fat.list()).some(({ path }) => path === extlinuxPath);
    return listed ? readExtlinux((await fat.readFile(extlinuxPath)).toString('utf8')) : null;
  }

  /** What the initramfs holds that a boot partition starts. @throws BoardsmithError FILE_UNUSABLE if it starts none */
  async initramfs(partition: string): Promise<CpioEntry[]> {
    const entry = await this.extlinux(partition);
    if (entry === null) {
      throw new BoardsmithError('FILE_UNUSABLE', `${partition} names no initramfs to start`, {
        hint: 'the image is damaged, or no image of boardsmith build',
      });
    }
    return initramfsEntries(await (await this.#fat(partition)).readFile(entry.initramfs));
  }

  #kind(partition: string): Promise<ContentKind> {
    let kind = this.#kinds.get(partition);
    if (kind === undefined) {
      kind = contentKind(this.partition(partition));
      this.#kinds.set(partition, kind);
    }
    return kind;
  }

  #fat(partition: string): Promise<FatReader> {
    const start = this.gpt.partitions.find(({ name }) => name === partition)!.start;
    return FatReader.open(this.#handle, start * sectorSize);
  }

  async #fatFiles(partition: string): Promise<CardFile[]> {
    const fat = await this.#fat(partition);
    const files: CardFile[] = (await fat.list()).map(({ path, type, size, extents }) => ({
      ...{
        place: partition,
        path,
        type,
        size,
        stored: size,
        target: '',
        mode: null,
        uid: 0,
        gid: 0,
        extents,
      },
      read: type === 'file' ? () => fat.readFile(path) : noContent,
    }));
    const initramfs = (await this.extlinux(partition))?.initramfs;
    const archive = files.find(({ path }) => path === initramfs);
    if (archive !== undefined) files.push(...initramfsFiles(archive, await archive.read()));
    return files;
  }

  async #squashfsFiles(partition: string): Promise<CardFile[]> {
    const squashfs = await SquashfsReader.open(this.partition(partition));
    return (await squashfs.entries()).map((entry): CardFile => {
      const { path, mode, uid, gid, size, target, extents } = entry;
      const known = entry.type === 'file' || entry.type === 'directory' || entry.type === 'symlink';
      const type = known ? (entry.type as CardFile['type']) : 'other';
      const stored = extents.reduce((sum, { own }) => sum + own, 0);
      const read = type === 'file' ? () => squashfs.readFile(path) : noContent;
      return { place: partition, path, type, mode, uid, gid, size, stored, target, extents, read };
    });
  }

  async #used(partition: string, range: ByteRange, content: ContentKind): Promise<number> {
    if (content === 'squashfs') return await rootUsed(range);
    if (content === 'ext4') return await ext4Used(range);
    if (content === 'empty') return 0;
    if (content === 'unknown') return range.size;
    const fat = await this.#fat(partition);
    const clusters = (await fat.list()).map(({ size }) => Math.max(1, Math.ceil(size / fat.clusterSize)));
    return clusters.reduce((sum, count) => sum + count, 0) * fat.clusterSize;
  }

  /** What lies between the table's header and its entries. */
  async #bootloader(): Promise<CardPart | null> {
    const start = 2 * sectorSize;
    const bytes = await this.range(start, this.gpt.arrayStart * sectorSize - start).read(
      0,
      this.gpt.arrayStart * sectorSize - start,
    );
    const first = bytes.findIndex((byte) => byte !== 0);
    if (first < 0) return null;
    const last = bytes.findLastIndex((byte) => byte !== 0);
    // A boot loader begins at a whole KiB: its first bytes may be zeros.
    const begin = Math.floor(first / 1024) * 1024;
    const size = last + 1 - begin;
    const place = { offset: start + begin, size, used: size };
    return { name: 'bootloader', ...place, content: 'boot loader', uuid: null, bootable: false };
  }
}

/** Files of an initramfs; each takes a share of the packed archive that is in proportion to its size. */
function initramfsFiles(archive: CardFile, content: Buffer): CardFile[] {
  const entries = initramfsEntries(content);
  const total = entries.reduce((sum, entry) => sum + entry.content.length, 0);
  return entries.map(({ path, type, mode, uid, gid, content: bytes }) => {
    const size = type === 'file' ? bytes.length : 0;
    return {
      place: `${archive.place}:${archive.path}`,
      ...{ path, type, mode, uid, gid, size, extents: [] },
      stored: total === 0 ? 0 : Math.round((archive.size * size) / total),
      target: type === 'symlink' ? bytes.toString('utf8') : '',
      read: async () => (type === 'file' ? bytes : Buffer.alloc(0)),
    };
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Bytes of a root: the file system, and its hash tree if one follows. */
async function rootUsed(range: ByteRange): Promise<number> {
  const { used } = (await SquashfsReader.open(range)).superblock;
  const end = Math.ceil(used / blockSize) * blockSize;
  if (end + verityTreeSize(end) > range.size) return used;
  try {
    const { dataBlocks } = readSuperblock(await range.read(end, blockSize));
    return dataBlocks * blockSize === end ? end + verityTreeSize(end) : used;
  } catch (error) {
    if (error instanceof RangeError) return used;
    throw error;
  }
}

import type { FileHandle } from 'node:fs/promises';
import { BoardsmithError } from '../error/boardsmith-error.ts';

/**
 * Reads files of a FAT16 or FAT32 file system inside a disk image, without mounting it and without a program of this machine.
 * Layout: Microsoft's "FAT: General Overview of On-Disk Format" 1.03.
 */
export class FatReader {
  readonly #handle: FileHandle;
  readonly #geometry: Geometry;
  #fat: Promise<Buffer> | undefined;

  private constructor(handle: FileHandle, geometry: Geometry) {
    this.#handle = handle;
    this.#geometry = geometry;
  }

  /**
   * @param offset of the file system in the file, in bytes
   * @throws BoardsmithError FILE_UNUSABLE if there is no FAT16 or FAT32
   */
  static async open(handle: FileHandle, offset: number): Promise<FatReader> {
    return new FatReader(handle, readGeometry(await read(handle, offset, 512), offset));
  }

  /** @param path from the root, e.g. `/extlinux/extlinux.conf`; case does not count. @throws BoardsmithError FILE_UNUSABLE */
  async readFile(path: string): Promise<Buffer> {
    let entries = await this.#rootEntries();
    const names = path.split('/').filter((name) => name !== '');
    for (const [index, name] of names.entries()) {
      const entry = entries.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
      const last = index === names.length - 1;
      if (entry === undefined || entry.isDirectory === last) throw unusable(`it holds no file ${path}`);
      if (last) return (await this.#readChain(entry.cluster)).subarray(0, entry.size);
      entries = readEntries(await this.#readChain(entry.cluster));
    }
    throw unusable(`it holds no file ${path}`);
  }

  /** Every file and folder, sorted by path. @throws BoardsmithError FILE_UNUSABLE */
  async list(): Promise<FatEntry[]> {
    const found: FatEntry[] = [];
    const visit = async (folder: string, entries: readonly Entry[]): Promise<void> => {
      for (const { name, isDirectory, cluster, size } of entries) {
        if (name === '.' || name === '..') continue;
        if (found.length > this.#geometry.clusterCount) throw unusable('its folders lead in circles');
        const path = `${folder}/${name}`;
        const type = isDirectory ? 'directory' : 'file';
        found.push({ path, type, size: isDirectory ? 0 : size, extents: await this.#extents(cluster) });
        if (isDirectory) await visit(path, readEntries(await this.#readChain(cluster)));
      }
    };
    await visit('', await this.#rootEntries());
    return found.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  get bits(): 16 | 32 {
    return this.#geometry.bits;
  }

  /** Bytes of the clusters, which is the least that a file takes. */
  get clusterSize(): number {
    return this.#geometry.clusterBytes;
  }

  async #extents(cluster: number): Promise<FatEntry['extents']> {
    const { clusterBytes, clusterOffset, start } = this.#geometry;
    return (await this.#runs(cluster)).map((run) => ({
      offset: clusterOffset - start + (run.first - 2) * clusterBytes,
      length: run.count * clusterBytes,
    }));
  }

  async #rootEntries(): Promise<Entry[]> {
    const { rootCluster, rootOffset, rootBytes } = this.#geometry;
    const bytes =
      rootCluster === null
        ? await read(this.#handle, rootOffset, rootBytes)
        : await this.#readChain(rootCluster);
    return readEntries(bytes);
  }

  /** Clusters that follow each other are read in one go. */
  async #readChain(first: number): Promise<Buffer> {
    const { clusterBytes, clusterOffset } = this.#geometry;
    const parts: Buffer[] = [];
    for (const run of await this.#runs(first)) {
      const position = clusterOffset + (run.first - 2) * clusterBytes;
      parts.push(await read(this.#handle, position, run.count * clusterBytes));
    }
    return Buffer.concat(parts);
  }

  /** Clusters of a chain, those that follow each other as one run. */
  async #runs(first: number): Promise<{ readonly first: number; readonly count: number }[]> {
    const { clusterCount } = this.#geometry;
    const next = await this.#table();
    const runs: { first: number; count: number }[] = [];
    let seen = 0;
    for (let cluster = first; cluster >= 2; cluster = next(cluster)) {
      seen += 1;
      if (cluster >= clusterCount + 2 || seen > clusterCount)
        throw unusable('its cluster chains are damaged');
      const run = runs.at(-1);
      if (run !== undefined && run.first + run.count === cluster) run.count += 1;
      else runs.push({ first: cluster, count: 1 });
    }
    return runs;
  }

  /** A function from a cluster to the next one of its chain, or 0 at the end. */
  async #table(): Promise<(cluster: number) => number> {
    const { fatOffset, bits, clusterCount } = this.#geometry;
    const width = bits / 8;
    this.#fat ??= read(this.#handle, fatOffset, (clusterCount + 2) * width);
    const fat = await this.#fat;
    return (cluster) => {
      const next = bits === 16 ? fat.readUInt16LE(cluster * 2) : fat.readUInt32LE(cluster * 4) & 0x0fffffff;
      return next >= (bits === 16 ? 0xfff8 : 0x0ffffff8) ? 0 : next;
    };
  }
}

export interface FatEntry {
  /** Absolute: `/extlinux/extlinux.conf`. */
  readonly path: string;
  readonly type: 'file' | 'directory';
  readonly size: number;
  /** Where its clusters lie, in bytes from the beginning of the file system. */
  readonly extents: readonly { readonly offset: number; readonly length: number }[];
}

interface Geometry {
  /** Of the file system in the image. */
  readonly start: number;
  readonly bits: 16 | 32;
  readonly fatOffset: number;
  /** FAT16's root folder has a place of its own; FAT32's is a chain. */
  readonly rootOffset: number;
  readonly rootBytes: number;
  readonly rootCluster: number | null;
  readonly clusterOffset: number;
  readonly clusterBytes: number;
  readonly clusterCount: number;
}

function readGeometry(sector: Buffer, offset: number): Geometry {
  const bytesPerSector = sector.readUInt16LE(11);
  const sectorsPerCluster = sector[13]!;
  if (sector.readUInt16LE(510) !== 0xaa55 || bytesPerSector !== 512 || sectorsPerCluster === 0) {
    throw unusable('it holds no FAT file system');
  }
  const reserved = sector.readUInt16LE(14);
  const fats = sector[16]!;
  const rootBytes = sector.readUInt16LE(17) * entrySize;
  const sectors = sector.readUInt16LE(19) || sector.readUInt32LE(32);
  const fatSectors = sector.readUInt16LE(22) || sector.readUInt32LE(36);
  const rootSector = reserved + fats * fatSectors;
  const dataSector = rootSector + Math.ceil(rootBytes / bytesPerSector);
  const clusterCount = Math.floor((sectors - dataSector) / sectorsPerCluster);
  // The number of clusters alone says which FAT it is.
  if (clusterCount < 4085) throw unusable('it is a FAT12 file system');
  const bits = clusterCount < 65525 ? 16 : 32;
  return {
    start: offset,
    bits,
    fatOffset: offset + reserved * bytesPerSector,
    rootOffset: offset + rootSector * bytesPerSector,
    rootBytes,
    rootCluster: bits === 32 ? sector.readUInt32LE(44) : null,
    clusterOffset: offset + dataSector * bytesPerSector,
    clusterBytes: sectorsPerCluster * bytesPerSector,
    clusterCount,
  };
}

interface Entry {
  readonly name: string;
  readonly isDirectory: boolean;
  readonly cluster: number;
  readonly size: number;
}

const entrySize = 32;
const attributes = { volumeLabel: 0x08, directory: 0x10, longName: 0x0f };

function readEntries(bytes: Buffer): Entry[] {
  const entries: Entry[] = [];
  let longName = '';
  for (let at = 0; at + entrySize <= bytes.length && bytes[at] !== 0; at += entrySize) {
    const raw = bytes.subarray(at, at + entrySize);
    const attribute = raw[11]!;
    if (raw[0] === 0xe5) longName = '';
    // A long name's pieces stand before the entry, the last piece first.
    else if ((attribute & 0x3f) === attributes.longName) longName = longNamePiece(raw) + longName;
    else {
      if ((attribute & attributes.volumeLabel) === 0) {
        entries.push({
          name: longName === '' ? shortName(raw) : longName,
          isDirectory: (attribute & attributes.directory) !== 0,
          cluster: (raw.readUInt16LE(20) << 16) | raw.readUInt16LE(26),
          size: raw.readUInt32LE(28),
        });
      }
      longName = '';
    }
  }
  return entries;
}

function longNamePiece(raw: Buffer): string {
  const units = Buffer.concat([raw.subarray(1, 11), raw.subarray(14, 26), raw.subarray(28, 32)]);
  return units.toString('utf16le').replace(/\0.*$/s, '');
}

/** Windows NT and mtools keep a name of 8.3 in lower case as two bits of a byte that DOS did not use. */
const lowerCase = { stem: 0x08, extension: 0x10 };

function shortName(raw: Buffer): string {
  const part = (from: number, to: number, lower: number): string => {
    const text = raw.toString('latin1', from, to).trimEnd();
    return (raw[12]! & lower) === 0 ? text : text.toLowerCase();
  };
  const stem = part(0, 8, lowerCase.stem);
  const extension = part(8, 11, lowerCase.extension);
  return extension === '' ? stem : `${stem}.${extension}`;
}

async function read(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead !== length) throw unusable('it is cut off');
  return buffer;
}

function unusable(what: string): BoardsmithError {
  return new BoardsmithError('FILE_UNUSABLE', `the boot partition cannot be read: ${what}`, {
    hint: 'is it an image of boardsmith build, whole and not compressed?',
  });
}

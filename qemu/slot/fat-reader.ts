import type { FileHandle } from 'node:fs/promises';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';

/**
 * Reads files of a FAT16 or FAT32 file system inside a disk image, without mounting it and without a program of this machine.
 * Layout: Microsoft's "FAT: General Overview of On-Disk Format" 1.03.
 */
export class FatReader {
  readonly #handle: FileHandle;
  readonly #geometry: Geometry;

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

  async #rootEntries(): Promise<Entry[]> {
    const { rootCluster, rootOffset, rootBytes } = this.#geometry;
    const bytes =
      rootCluster === null
        ? await read(this.#handle, rootOffset, rootBytes)
        : await this.#readChain(rootCluster);
    return readEntries(bytes);
  }

  async #readChain(first: number): Promise<Buffer> {
    const { clusterBytes, clusterOffset, clusterCount } = this.#geometry;
    const parts: Buffer[] = [];
    for (let cluster = first; cluster >= 2; cluster = await this.#next(cluster)) {
      if (cluster >= clusterCount + 2 || parts.length > clusterCount)
        throw unusable('its cluster chains are damaged');
      parts.push(await read(this.#handle, clusterOffset + (cluster - 2) * clusterBytes, clusterBytes));
    }
    return Buffer.concat(parts);
  }

  /** The next cluster, or 0 at the end of the chain. */
  async #next(cluster: number): Promise<number> {
    const { fatOffset, bits } = this.#geometry;
    const width = bits / 8;
    const entry = await read(this.#handle, fatOffset + cluster * width, width);
    const next = bits === 16 ? entry.readUInt16LE(0) : entry.readUInt32LE(0) & 0x0fffffff;
    return next >= (bits === 16 ? 0xfff8 : 0x0ffffff8) ? 0 : next;
  }
}

interface Geometry {
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

function shortName(raw: Buffer): string {
  const stem = raw.toString('latin1', 0, 8).trimEnd();
  const extension = raw.toString('latin1', 8, 11).trimEnd();
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

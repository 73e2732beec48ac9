import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { crc32 } from './crc32.ts';
import { entryCount, entrySize, headerSize, legacyBiosBootable, signature } from './gpt-format.ts';
import { guidText } from './guid.ts';
import { sectorSize } from './sectors.ts';

export interface GptPartition {
  readonly number: number;
  readonly name: string;
  /** First sector, and how many. */
  readonly start: number;
  readonly size: number;
  readonly uuid: string;
  readonly type: string;
  readonly bootable: boolean;
}

export interface Gpt {
  readonly diskUuid: string;
  /** Sectors of the file. */
  readonly size: number;
  /** First sector of the primary entry array. */
  readonly arrayStart: number;
  readonly firstUsable: number;
  readonly lastUsable: number;
  readonly partitions: readonly GptPartition[];
}

/**
 * Reads the partition table of a disk image and verifies all of it: protective MBR, both headers and arrays with their CRCs, that they say the
 * same, that partitions lie in the usable range and do not overlap.
 * @throws BoardsmithError FILE_UNUSABLE with everything that is wrong
 */
export async function readGpt(file: string): Promise<Gpt> {
  const handle = await open(file, 'r');
  try {
    const { size: bytes } = await handle.stat();
    if (bytes % sectorSize !== 0 || bytes < 68 * sectorSize) {
      throw unusable(file, [
        `it has ${bytes} bytes, which is no disk of whole sectors with room for a table`,
      ]);
    }
    const size = bytes / sectorSize;
    const problems = mbrProblems(await sectors(handle, 0, 1));
    const primary = await readHeader(handle, 1, size, problems);
    const backup = await readHeader(handle, size - 1, size, problems);
    if (primary === undefined || backup === undefined) throw unusable(file, problems);
    problems.push(...disagreements(primary, backup), ...misplaced(primary));
    if (problems.length > 0) throw unusable(file, problems);
    const { diskUuid, arrayStart, firstUsable, lastUsable, partitions } = primary;
    return { diskUuid, size, arrayStart, firstUsable, lastUsable, partitions };
  } finally {
    await handle.close();
  }
}

function mbrProblems(mbr: Buffer): string[] {
  const protective = mbr[450] === 0xee && mbr.readUInt32LE(454) === 1 && mbr.readUInt16LE(510) === 0xaa55;
  return protective ? [] : ['sector 0 has no protective MBR'];
}

interface Header extends Omit<Gpt, 'size'> {
  readonly other: number;
  readonly own: number;
  readonly array: Buffer;
}

async function readHeader(
  handle: FileHandle,
  own: number,
  size: number,
  problems: string[],
): Promise<Header | undefined> {
  const where = own === 1 ? 'primary' : 'backup';
  const bytes = await sectors(handle, own, 1);
  if (bytes.toString('latin1', 0, 8) !== signature || bytes.readUInt32LE(12) !== headerSize) {
    problems.push(`the ${where} header is none`);
    return undefined;
  }
  const checked = Buffer.from(bytes.subarray(0, headerSize));
  checked.writeUInt32LE(0, 16);
  if (crc32(checked) !== bytes.readUInt32LE(16)) problems.push(`the ${where} header's CRC is wrong`);
  const number = (offset: number): number => Number(bytes.readBigUInt64LE(offset));
  if (number(24) !== own)
    problems.push(`the ${where} header says that it lies at sector ${number(24)}, not ${own}`);
  const arrayStart = number(72);
  if (bytes.readUInt32LE(80) !== entryCount || bytes.readUInt32LE(84) !== entrySize) {
    problems.push(`the ${where} header has not ${entryCount} entries of ${entrySize} bytes`);
    return undefined;
  }
  const arraySectors = (entryCount * entrySize) / sectorSize;
  if (arrayStart < 2 || arrayStart + arraySectors > size) {
    problems.push(`the ${where} entry array lies outside the disk, at sector ${arrayStart}`);
    return undefined;
  }
  const array = await sectors(handle, arrayStart, arraySectors);
  if (crc32(array) !== bytes.readUInt32LE(88)) problems.push(`the ${where} entry array's CRC is wrong`);
  return {
    own,
    other: number(32),
    diskUuid: guidText(bytes.subarray(56, 72)),
    arrayStart,
    firstUsable: number(40),
    lastUsable: number(48),
    partitions: readEntries(array),
    array,
  };
}

function readEntries(array: Buffer): GptPartition[] {
  const partitions: GptPartition[] = [];
  for (let index = 0; index < entryCount; index += 1) {
    const entry = array.subarray(index * entrySize, (index + 1) * entrySize);
    if (entry.subarray(0, 16).every((byte) => byte === 0)) continue;
    const start = Number(entry.readBigUInt64LE(32));
    partitions.push({
      number: index + 1,
      name: entry.toString('utf16le', 56, 128).replace(/\0.*$/s, ''),
      start,
      size: Number(entry.readBigUInt64LE(40)) - start + 1,
      uuid: guidText(entry.subarray(16, 32)),
      type: guidText(entry.subarray(0, 16)),
      bootable: (entry.readBigUInt64LE(48) & legacyBiosBootable) !== 0n,
    });
  }
  return partitions;
}

function disagreements(primary: Header, backup: Header): string[] {
  const problems: string[] = [];
  if (primary.other !== backup.own || backup.other !== primary.own)
    problems.push('the headers do not name each other');
  if (primary.diskUuid !== backup.diskUuid) problems.push('the headers have different disk GUIDs');
  if (primary.firstUsable !== backup.firstUsable || primary.lastUsable !== backup.lastUsable) {
    problems.push('the headers have different usable ranges');
  }
  if (!primary.array.equals(backup.array)) problems.push('the entry arrays differ');
  return problems;
}

function misplaced({ partitions, firstUsable, lastUsable }: Header): string[] {
  const problems: string[] = [];
  const byStart = [...partitions].sort((a, b) => a.start - b.start);
  for (const [index, { name, start, size }] of byStart.entries()) {
    if (size < 1 || start < firstUsable || start + size - 1 > lastUsable) {
      problems.push(`the partition ${name} lies outside the usable range`);
    }
    const next = byStart[index + 1];
    if (next !== undefined && start + size > next.start)
      problems.push(`the partitions ${name} and ${next.name} overlap`);
  }
  return problems;
}

async function sectors(handle: FileHandle, start: number, count: number): Promise<Buffer> {
  const { buffer } = await handle.read(
    Buffer.alloc(count * sectorSize),
    0,
    count * sectorSize,
    start * sectorSize,
  );
  return buffer;
}

function unusable(file: string, problems: string[]): BoardsmithError {
  return new BoardsmithError(
    'FILE_UNUSABLE',
    `${basename(file)} has no sound partition table: ${problems[0]}`,
    {
      hint: 'is it an image of boardsmith build, whole and not compressed? A router that is an OpenWrt release is described by its manifest and SBOMs alone',
      problems,
    },
  );
}

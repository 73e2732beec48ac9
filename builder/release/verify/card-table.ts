import { crc32 } from '../../image/crc32.ts';
import { entryCount, entrySize, headerSize, legacyBiosBootable, signature } from '../../image/gpt-format.ts';
import { readPartitionPlaces } from '../../image/partition-places.ts';
import { sectorSize } from '../../image/sectors.ts';
import type { ReleasedPartition } from '../release-manifest.ts';
import type { CardReader } from './card-bytes.ts';

const arrayLength = entryCount * entrySize;
/** Bytes: the array of every image that Boardsmith makes lies before this. */
const furthestArray = 1 << 26;

/** The primary partition table of a card, as far as a boot goes by it. */
export interface CardTable {
  readonly partitions: readonly ReleasedPartition[];
  /** Names of those that a boot loader may boot. */
  readonly bootable: readonly string[];
}

/** c12a7328-f81f-11d2-ba4b-00a0c93ec93b as it lies on a disk: "EFI System", which U-Boot takes for bootable too (disk/part_efi.c, is_bootable). */
const efiSystem = Buffer.from('28732ac11ff8d211ba4b00a0c93ec93b', 'hex');

/**
 * Reads the primary table alone: where its copy lies depends on the size of the card, and changes at the first boot.
 * @returns the table, or in words what is wrong with it
 */
export async function readCardTable(card: CardReader): Promise<CardTable | string> {
  const header = await card.read(sectorSize, sectorSize);
  if (header.length < sectorSize || header.toString('latin1', 0, signature.length) !== signature) {
    return 'there is no partition table';
  }
  if (header.readUInt32LE(12) !== headerSize) return 'its partition table is of an unknown form';
  const checked = Buffer.from(header.subarray(0, headerSize));
  checked.writeUInt32LE(0, 16);
  if (crc32(checked) !== header.readUInt32LE(16)) return "the CRC of its partition table's header is wrong";
  const start = Number(header.readBigUInt64LE(72)) * sectorSize;
  if (
    header.readUInt32LE(80) !== entryCount ||
    header.readUInt32LE(84) !== entrySize ||
    start > furthestArray
  ) {
    return 'its partition table is of an unknown form';
  }
  const array = await card.read(start, arrayLength);
  if (array.length < arrayLength || crc32(array) !== header.readUInt32LE(88)) {
    return "the CRC of its partition table's entries is wrong";
  }
  const partitions: ReleasedPartition[] = [];
  const bootable: string[] = [];
  for (let at = 0; at < arrayLength; at += entrySize) {
    const entry = array.subarray(at, at + entrySize);
    if (entry.every((byte) => byte === 0)) continue;
    const first = Number(entry.readBigUInt64LE(32));
    const last = Number(entry.readBigUInt64LE(40));
    const name = entry.toString('utf16le', 56).replace(/\0+$/, '');
    const isMarked = (entry.readBigUInt64LE(48) & legacyBiosBootable) !== 0n;
    if (isMarked || efiSystem.equals(entry.subarray(0, efiSystem.length))) bootable.push(name);
    partitions.push({ name, offset: first * sectorSize, size: (last - first + 1) * sectorSize });
  }
  return { partitions, bootable };
}

/**
 * Holds the table of a card of OpenWrt's against the released one: nothing in it moves or grows.
 * @returns what is wrong, a sentence each
 */
export async function otherTableProblems(
  card: CardReader,
  released: readonly ReleasedPartition[],
): Promise<string[]> {
  const table = await readPartitionPlaces((offset, length) => card.read(offset, length));
  if (typeof table === 'string') return [table];
  const shown = ({ name, offset, size }: ReleasedPartition): string =>
    `${name} at ${offset} with ${size} bytes`;
  const found = table.places.map(({ number, start, length }) =>
    shown({ name: `p${number}`, offset: start * sectorSize, size: length * sectorSize }),
  );
  const wanted = released.filter(({ name }) => name !== 'identity').map(shown);
  return [
    ...wanted.filter((one) => !found.includes(one)).map((one) => `it has no ${one}`),
    ...found.filter((one) => !wanted.includes(one)).map((one) => `it has ${one}, which nobody released`),
  ];
}

/**
 * Holds a card's table against the released one. The last partition may have grown: the first boot gives it the rest of the card.
 * @returns what is wrong, a sentence each
 */
export function tableProblems(table: CardTable, released: readonly ReleasedPartition[]): string[] {
  const problems: string[] = [];
  for (const [index, wanted] of released.entries()) {
    const found = table.partitions.find(({ name }) => name === wanted.name);
    if (found === undefined) {
      problems.push(`it has no partition ${wanted.name}`);
      continue;
    }
    const mayGrow = index === released.length - 1;
    const fits = mayGrow ? found.size >= wanted.size : found.size === wanted.size;
    if (found.offset !== wanted.offset || !fits) {
      problems.push(
        `${wanted.name} lies at ${found.offset} with ${found.size} bytes, not at ${wanted.offset} with ${wanted.size}`,
      );
    }
  }
  for (const { name } of table.partitions) {
    if (!released.some((wanted) => wanted.name === name))
      problems.push(`it has a partition ${name}, which nobody released`);
  }
  if (table.partitions.length !== new Set(table.partitions.map(({ name }) => name)).size) {
    problems.push('two of its partitions have the same name');
  }
  return problems;
}

import { crc32 } from './crc32.ts';
import { headerSize, signature } from './gpt-format.ts';
import { sectorSize } from './sectors.ts';

/** A partition, whoever made its table. */
export interface PartitionPlace {
  /** In the table, from 1. */
  readonly number: number;
  /** Sectors of 512 bytes. */
  readonly start: number;
  readonly length: number;
}

export interface PartitionPlaces {
  readonly kind: 'mbr' | 'gpt';
  /** As they are numbered. */
  readonly places: readonly PartitionPlace[];
}

/** Reads bytes of a disk; fewer than asked for where it ends. */
type Read = (offset: number, length: number) => Promise<Uint8Array>;

/** Types of entries in a master boot record: none, and the one that protects a GPT. */
const [unused, protective] = [0x00, 0xee];
/** UEFI 2.10, 5.3.2: entries are 128 bytes times a power of two; more than these is no table that a card has. */
const [mostEntries, longestEntry] = [1024, 4096];

/**
 * Reads the partition table of any disk: its MBR, or the primary GPT if the MBR protects one, as the kernel does. Boardsmith's own images have a table of which more
 * is known: `readGpt`. No names are told: whoever makes other tables leaves them empty, or gives one twice.
 * @returns the table, or in words what is wrong with it
 */
export async function readPartitionPlaces(read: Read): Promise<PartitionPlaces | string> {
  const mbr = await bytesAt(read, 0, sectorSize);
  if (mbr === null || mbr.readUInt16LE(510) !== 0xaa55) return 'there is no partition table';
  const entries = [0, 1, 2, 3].map((index) => {
    const at = 446 + index * 16;
    const place = { number: index + 1, start: mbr.readUInt32LE(at + 8), length: mbr.readUInt32LE(at + 12) };
    return { type: mbr[at + 4]!, place };
  });
  if (entries.some(({ type }) => type === protective)) return await gptPlaces(read);
  const places = entries.filter(({ type }) => type !== unused).map(({ place }) => place);
  return sound({ kind: 'mbr', places });
}

async function gptPlaces(read: Read): Promise<PartitionPlaces | string> {
  const header = await bytesAt(read, sectorSize, sectorSize);
  if (header === null || header.toString('latin1', 0, signature.length) !== signature) {
    return 'its MBR protects a GPT that is not there';
  }
  const size = header.readUInt32LE(12);
  if (size < headerSize || size > sectorSize) return 'the header of its GPT is of an unknown form';
  const checked = Buffer.from(header.subarray(0, size));
  checked.writeUInt32LE(0, 16);
  if (crc32(checked) !== header.readUInt32LE(16)) return "the CRC of its GPT's header is wrong";
  const [count, entrySize] = [header.readUInt32LE(80), header.readUInt32LE(84)];
  if (count > mostEntries || entrySize < 128 || entrySize > longestEntry) {
    return 'its GPT is of an unknown form';
  }
  const array = await bytesAt(read, Number(header.readBigUInt64LE(72)) * sectorSize, count * entrySize);
  if (array === null || crc32(array) !== header.readUInt32LE(88)) {
    return "the CRC of its GPT's entries is wrong";
  }
  const places: PartitionPlace[] = [];
  for (let index = 0; index < count; index += 1) {
    const entry = array.subarray(index * entrySize, (index + 1) * entrySize);
    if (entry.subarray(0, 16).every((byte) => byte === 0)) continue;
    const [start, last] = [Number(entry.readBigUInt64LE(32)), Number(entry.readBigUInt64LE(40))];
    places.push({ number: index + 1, start, length: last - start + 1 });
  }
  return sound({ kind: 'gpt', places });
}

/** Partitions that overlap, or lie where the table itself is, are none that anybody meant. */
function sound(table: PartitionPlaces): PartitionPlaces | string {
  const byStart = [...table.places].sort((a, b) => a.start - b.start);
  let end = 1;
  for (const { number, start, length } of byStart) {
    if (start < end || length < 1) return `its partition ${number} lies over something else`;
    end = start + length;
  }
  return table;
}

/** null if they are not all there. */
async function bytesAt(read: Read, offset: number, length: number): Promise<Buffer | null> {
  const bytes = await read(offset, length);
  return bytes.length < length ? null : Buffer.from(bytes.buffer, bytes.byteOffset, length);
}

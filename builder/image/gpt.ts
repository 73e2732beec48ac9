import { crc32 } from './crc32.ts';
import {
  arraySectors,
  entryCount,
  entrySize,
  headerSize,
  legacyBiosBootable,
  revision,
  signature,
} from './gpt-format.ts';
import { guidBytes } from './guid.ts';
import { entryArrayStart, firstPartitionStart, type Layout, type Partition } from './layout.ts';
import { sectorSize } from './sectors.ts';

/** Bytes at a place of the disk. */
export interface DiskPiece {
  /** Bytes from the start of the disk. */
  readonly offset: number;
  readonly bytes: Buffer;
}

/**
 * The partition table as the pieces of a disk: protective MBR and primary header (sectors 0 and 1), entry array (sector 4096), and at the
 * end of the disk the backup of array and header.
 */
export function gptPieces(layout: Layout): DiskPiece[] {
  const last = layout.size - 1;
  const backupArray = last - arraySectors;
  const array = entryArray(layout.partitions);
  const common = { layout, arrayCrc: crc32(array), lastUsable: backupArray - 1 };
  const primary = header({ ...common, own: 1, other: last, arrayStart: entryArrayStart });
  const backup = header({ ...common, own: last, other: 1, arrayStart: backupArray });
  return [
    { offset: 0, bytes: Buffer.concat([protectiveMbr(), primary]) },
    { offset: entryArrayStart * sectorSize, bytes: array },
    { offset: backupArray * sectorSize, bytes: Buffer.concat([array, backup]) },
  ];
}

/** One entry of type 0xEE from sector 1. Its size is "to the end, however far", so it stays true when the card is larger than the image. */
function protectiveMbr(): Buffer {
  const mbr = Buffer.alloc(sectorSize);
  const entry = mbr.subarray(446, 462);
  // Start as cylinder/head/sector 0/0/2, end as the largest that can be said.
  entry.set([0x00, 0x00, 0x02, 0x00, 0xee, 0xff, 0xff, 0xff]);
  entry.writeUInt32LE(1, 8);
  entry.writeUInt32LE(0xffffffff, 12);
  mbr.writeUInt16LE(0xaa55, 510);
  return mbr;
}

interface HeaderFields {
  readonly layout: Layout;
  readonly own: number;
  readonly other: number;
  readonly arrayStart: number;
  readonly arrayCrc: number;
  readonly lastUsable: number;
}

function header({ layout, own, other, arrayStart, arrayCrc, lastUsable }: HeaderFields): Buffer {
  const bytes = Buffer.alloc(sectorSize);
  bytes.write(signature, 0, 'latin1');
  bytes.writeUInt32LE(revision, 8);
  bytes.writeUInt32LE(headerSize, 12);
  bytes.writeBigUInt64LE(BigInt(own), 24);
  bytes.writeBigUInt64LE(BigInt(other), 32);
  bytes.writeBigUInt64LE(BigInt(firstPartitionStart), 40);
  bytes.writeBigUInt64LE(BigInt(lastUsable), 48);
  guidBytes(layout.diskUuid).copy(bytes, 56);
  bytes.writeBigUInt64LE(BigInt(arrayStart), 72);
  bytes.writeUInt32LE(entryCount, 80);
  bytes.writeUInt32LE(entrySize, 84);
  bytes.writeUInt32LE(arrayCrc, 88);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, headerSize)), 16);
  return bytes;
}

function entryArray(partitions: readonly Partition[]): Buffer {
  const array = Buffer.alloc(entryCount * entrySize);
  for (const partition of partitions) {
    const entry = array.subarray((partition.number - 1) * entrySize, partition.number * entrySize);
    guidBytes(partition.type).copy(entry, 0);
    guidBytes(partition.uuid).copy(entry, 16);
    entry.writeBigUInt64LE(BigInt(partition.start), 32);
    entry.writeBigUInt64LE(BigInt(partition.start + partition.size - 1), 40);
    entry.writeBigUInt64LE(partition.bootable ? legacyBiosBootable : 0n, 48);
    entry.write(partition.name, 56, 'utf16le');
  }
  return array;
}

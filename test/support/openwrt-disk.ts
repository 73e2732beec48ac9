import { readFile, writeFile } from 'node:fs/promises';
import { crc32 } from '../../builder/image/crc32.ts';
import { growToCard, type RouterPart } from '../../openwrt/release/grow-to-card.ts';

const sector = 512;

/** A partition of a test's disk, in sectors. */
export interface TestPlace {
  readonly start: number;
  readonly length: number;
}

/** An MBR as OpenWrt's images for small boards have one: a FAT and a root. */
export function mbrOf(
  places: readonly TestPlace[],
  types: readonly number[] = places.map(() => 0x83),
): Buffer {
  const mbr = Buffer.alloc(sector);
  for (const [index, { start, length }] of places.entries()) {
    const at = 446 + index * 16;
    mbr[at + 4] = types[index]!;
    mbr.writeUInt32LE(start, at + 8);
    mbr.writeUInt32LE(length, at + 12);
  }
  mbr.writeUInt16LE(0xaa55, 510);
  return mbr;
}

/** The first sectors of a disk with a GPT, as OpenWrt's images for armsr have one: its entries are fewer than Boardsmith's, and have no names. */
export function gptOf(places: readonly TestPlace[], entryCount = 4): Buffer {
  const array = Buffer.alloc(entryCount * 128);
  for (const [index, { start, length }] of places.entries()) {
    const at = index * 128;
    array.fill(index + 1, at, at + 32);
    array.writeBigUInt64LE(BigInt(start), at + 32);
    array.writeBigUInt64LE(BigInt(start + length - 1), at + 40);
  }
  const header = Buffer.alloc(sector);
  header.write('EFI PART', 'latin1');
  header.writeUInt32LE(92, 12);
  header.writeBigUInt64LE(1n, 24);
  header.writeBigUInt64LE(2n, 72);
  header.writeUInt32LE(entryCount, 80);
  header.writeUInt32LE(128, 84);
  header.writeUInt32LE(crc32(array), 88);
  header.writeUInt32LE(crc32(header.subarray(0, 92)), 16);
  return Buffer.concat([mbrOf([{ start: 1, length: 0xffffffff }], [0xee]), header, array]);
}

/**
 * The image of a router that is a release, as its last step makes it: partitions that do not lie in whole blocks, and a root with room behind it for what the
 * running router writes.
 * @param boot content of the first partition, at most 512 KiB
 * @param root content of the second one, at most 4 MiB
 */
export async function openwrtCard(
  file: string,
  boot: Buffer,
  root: Buffer,
): Promise<{ readonly bytes: Buffer; readonly parts: readonly RouterPart[] }> {
  const places = [
    { start: 1025, length: 1024 },
    { start: 2051, length: 4 * 2048 },
  ];
  const image = Buffer.alloc((2051 + 4 * 2048) * sector);
  mbrOf(places, [0x0c, 0x83]).copy(image);
  boot.copy(image, places[0]!.start * sector);
  root.copy(image, places[1]!.start * sector);
  // As OpenWrt's own end with what the root holds.
  await writeFile(file, image.subarray(0, places[1]!.start * sector + root.length));
  const parts = await growToCard(file);
  return { bytes: await readFile(file), parts };
}

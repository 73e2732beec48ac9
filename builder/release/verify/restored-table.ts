import { createHash } from 'node:crypto';
import { mapBlockSize } from '../../image/block-map.ts';
import { crc32 } from '../../image/crc32.ts';
import { arraySectors, entryCount, entrySize, headerSize } from '../../image/gpt-format.ts';
import { entryArrayStart } from '../../image/layout.ts';
import { sectorSize } from '../../image/sectors.ts';
import type { ReleasedImage } from '../release-manifest.ts';
import type { CardReader } from './card-bytes.ts';

const arrayOffset = entryArrayStart * sectorSize;
const arrayLength = entryCount * entrySize;

/**
 * Whether a card's table is the released one but for what the first boot changes: the end of the last partition, and what follows from it. Types, identifiers, marks and
 * the code of the MBR, by which another system could be started, are then the released ones too.
 * @param card its table was read before: header and entries have the right form and checksums
 */
export async function isReleasedTable(
  card: CardReader,
  image: Pick<ReleasedImage, 'raw' | 'mapped' | 'partitions'>,
): Promise<boolean> {
  const { head, array } = await restored(card, image);
  const first = Math.min(...image.partitions.map(({ offset }) => offset));
  for (const range of image.mapped) {
    const [offset, length] = [range.first * mapBlockSize, (range.last - range.first + 1) * mapBlockSize];
    if (offset + length > first) break;
    // Blocks of the entries that are not mapped are zeros: what stands there is a partition too many, which is told before.
    const at = offset - arrayOffset;
    if (offset === 0 && length === mapBlockSize && !isDigest(head, range.sha256)) return false;
    if (at >= 0 && !isDigest(array.subarray(at, at + length), range.sha256)) return false;
  }
  return true;
}

/** The first block and the entries as they were before the last partition grew. */
async function restored(
  card: CardReader,
  { raw, partitions }: Pick<ReleasedImage, 'raw' | 'partitions'>,
): Promise<{ readonly head: Buffer; readonly array: Buffer }> {
  const head = Buffer.from(await card.read(0, mapBlockSize));
  const header = head.subarray(sectorSize, 2 * sectorSize);
  const start = Number(header.readBigUInt64LE(72)) * sectorSize;
  const array = Buffer.from(await card.read(start, arrayLength));
  const { offset, size } = partitions.at(-1)!;
  const firstSector = BigInt(offset / sectorSize);
  for (let at = 0; at < arrayLength; at += entrySize) {
    if (array.readBigUInt64LE(at + 32) !== firstSector) continue;
    array.writeBigUInt64LE(firstSector + BigInt(size / sectorSize) - 1n, at + 40);
  }
  const last = raw.size / sectorSize - 1;
  header.writeBigUInt64LE(BigInt(last), 32);
  header.writeBigUInt64LE(BigInt(last - arraySectors - 1), 48);
  header.writeBigUInt64LE(BigInt(entryArrayStart), 72);
  header.writeUInt32LE(crc32(array), 88);
  header.writeUInt32LE(0, 16);
  header.writeUInt32LE(crc32(header.subarray(0, headerSize)), 16);
  return { head, array };
}

function isDigest(bytes: Uint8Array, sha256: string): boolean {
  return createHash('sha256').update(bytes).digest('hex') === sha256;
}

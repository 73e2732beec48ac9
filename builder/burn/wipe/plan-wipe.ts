import { mapBlockSize } from '../../image/block-map.ts';
import type { ReleasedImage } from '../../release/release-manifest.ts';
import { clip, type Stretch, wholeBlocks, without } from '../write/stretch.ts';
import { ext4Copies, signaturePlaces } from './old-signatures.ts';

/**
 * What must be zero on a card besides the image's mapped blocks, so that nothing of what an old card holds is taken for the new system's, by it or by
 * a tool. Ascending and disjoint; multiples of 4096, but for the very end of a card. Pure.
 *
 * - All of boot, state, identity and data partitions that have content or take some: their file systems rely on zeros that no map shows. ext4's journal
 *   and inode tables of an earlier life have the same UUID as the new one's, so that a recovery would take them up; a FAT's table calls a cluster free by zeros.
 * - Of an OpenWrt release, all that its image leaves empty: an overlay of an earlier life lies behind its root, and would be mounted.
 * - Of a root, what lies before its last mapped block, which the tree of hashes covers; the last block of that tree is never zero.
 * - Of every partition and of the card, the places of old signatures; of slots that are empty, no more.
 * - Of an old data partition that grew beyond the image, the copies of its superblock. Its files' bytes stay where they are until they are written over:
 *   nothing finds them but a search of the raw card.
 * @param cardSize bytes, as the card claims
 */
export function planWipe(
  image: Pick<ReleasedImage, 'raw' | 'mapped' | 'partitions'>,
  cardSize: number,
): Stretch[] {
  const mapped = image.mapped.map(({ first, last }): Stretch => {
    return { offset: first * mapBlockSize, length: (last + 1 - first) * mapBlockSize };
  });
  const wiped: Stretch[] = [...signaturePlaces({ offset: 0, length: cardSize }), ...ext4Copies(0, cardSize)];
  const firstPartition = Math.min(...image.partitions.map(({ offset }) => offset));
  const lastEnd = Math.max(...image.partitions.map(({ offset, size }) => offset + size));
  // Old tables and boot loaders; the entries that a table does not use are zeros, and its CRC covers them.
  wiped.push({ offset: 0, length: firstPartition }, { offset: lastEnd, length: image.raw.size - lastEnd });
  let end = firstPartition;
  for (const { name, offset, size } of image.partitions) {
    const place = { offset, length: size };
    const content = clip(mapped, offset, offset + size);
    wiped.push({ offset: end, length: offset - end });
    wiped.push(...signaturePlaces(place), ...reliedOn(name, place, content));
    if (name === 'data') wiped.push(...ext4Copies(offset, cardSize));
    end = offset + size;
  }
  // A table that is not Boardsmith's need not count in whole blocks.
  const blocks = wiped.filter(({ length }) => length > 0).map((place) => wholeBlocks(place, mapBlockSize));
  return without(clip(blocks, 0, cardSize), mapped);
}

/** What of a partition its user expects to be as the image has it. */
function reliedOn(name: string, place: Stretch, content: readonly Stretch[]): Stretch[] {
  const isSlot = /^(boot|root)-/.test(name);
  const last = content.at(-1);
  if (isSlot && last === undefined) return [];
  if (!name.startsWith('root-') || last === undefined) return [place];
  return [{ offset: place.offset, length: last.offset + last.length - place.offset }];
}

import { mappedBlockSize, type ReleasedImage } from '../../release/release-manifest.ts';
import { clip, joined, type Stretch, without } from './stretch.ts';

const mebibyte = 1 << 20;
/** Where file systems, boot loaders and updates look first in a slot that holds nothing yet. */
const headOfSlot = mebibyte;
/**
 * Where a disk's end holds what names or claims it: the backup of a GPT (its last 33 sectors), RAID superblocks (0.90: 64 to 128 KiB before the end; 1.0: 8 KiB; firmware RAIDs
 * closer), ZFS's last two labels (512 KiB).
 */
const endOfCard = mebibyte;
/** A unit before left its state and secrets here. */
const wholly = ['state', 'data'];

/**
 * What an old card may have left that would be taken for something, where the image maps nothing. A block that is not mapped is a zero of the image, and some must be: free
 * clusters of a FAT, empty inodes of an ext4. So whatever lies between the mapped blocks of a partition is wiped, of `state` and `data` all of it, of an empty slot its
 * head, and the end of the card. The rest of a slot is reached by nothing: squashfs and verity know their lengths.
 * @param cardSize bytes
 */
export function wipeStretches(
  image: Pick<ReleasedImage, 'raw' | 'mapped' | 'partitions'>,
  cardSize: number,
): Stretch[] {
  const mapped = image.mapped.map(({ first, last }) => ({
    offset: first * mappedBlockSize,
    length: (last + 1 - first) * mappedBlockSize,
  }));
  // What is in `identity` the writer knows by itself.
  const others = image.partitions.filter(({ name }) => name !== 'identity');
  const ofPartitions = others.map(({ name, offset, size }): Stretch => {
    if (wholly.includes(name)) return { offset, length: size };
    const last = clip(mapped, offset, offset + size).at(-1);
    const used = last === undefined ? headOfSlot : last.offset + last.length - offset;
    return { offset, length: Math.min(size, used) };
  });
  // Transfers begin at whole blocks; a card's last sectors may be less than one.
  const begin = Math.floor((cardSize - endOfCard) / mappedBlockSize) * mappedBlockSize;
  const ofCard = clip([{ offset: begin, length: cardSize - begin }], image.raw.size, cardSize);
  return joined([...without(ofPartitions, mapped), ...ofCard]);
}

import { transferBlock } from '../device/card-device.ts';
import type { Stretch } from '../write/stretch.ts';

const mebibyte = 1 << 20;

/**
 * Where a partition or whole disk may hold something by which a kernel, a boot loader or a person's tool takes it for an old file system, volume or table.
 * The beginning: superblocks of ext4 (1 KiB), swap (to 64 KiB), btrfs (64 KiB), ISO 9660 and UDF (32 to 512 KiB), LVM, LUKS1, bcache, FAT with its copy,
 * ZFS's first two labels (to 512 KiB).
 */
const head = mebibyte;
/** The end: NTFS's copy, MD RAID 0.90 and 1.0 (to 128 KiB before it), ZFS's last two labels (to 768 KiB before it), the backup of a GPT (17 KiB). */
const tail = mebibyte;
/** Copies beyond the beginning: LUKS2's second header may lie at 1, 2 or 4 MiB (cryptsetup, LUKS2 format 1.1.4, 2.1), btrfs's second superblock at 64 MiB. */
const copies = [1, 2, 4, 64].map((size) => size * mebibyte);

/** The places of old signatures in a partition or disk. Pure. @param place where it lies, in bytes */
export function signaturePlaces({ offset, length }: Stretch): Stretch[] {
  const places = [
    { offset, length: Math.min(head, length) },
    ...copies
      .filter((copy) => copy + transferBlock <= length)
      .map((copy) => ({ offset: offset + copy, length: transferBlock })),
  ];
  // Whole blocks from the front; the end may lie inside one.
  const start = Math.max(0, Math.floor((length - tail) / transferBlock) * transferBlock);
  return [...places, { offset: offset + start, length: length - start }];
}

/** An ext4 of blocks of 4096 bytes has groups of 8 times as many blocks (Linux: Documentation/filesystems/ext4/blockgroup.rst). */
const groupSize = 8 * 4096 * 4096;

/**
 * Superblocks that an ext4 keeps copies of: group 1 and the powers of 3, 5 and 7 (`sparse_super`). Tools offer them to bring back what was there before.
 * @param start of the file system
 * @param end of the card: an old one may have grown so far
 */
export function ext4Copies(start: number, end: number): Stretch[] {
  const groups = new Set<number>([1]);
  for (const base of [3, 5, 7]) {
    for (let group = base; start + group * groupSize < end; group *= base) groups.add(group);
  }
  return [...groups]
    .map((group) => ({ offset: start + group * groupSize, length: transferBlock }))
    .filter(({ offset, length }) => offset + length <= end);
}

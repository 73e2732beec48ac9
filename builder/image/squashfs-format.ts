/** Constants of squashfs 4.0 (Linux: fs/squashfs/squashfs_fs.h); all numbers are little-endian. */
export const squashfsMagic = 0x73717368;
export const superblockSize = 96;
/** Largest content of a metadata block. */
export const metadataSize = 8192;
/** In a metadata block's length: it is stored as it is. */
export const metadataStored = 0x8000;
/** In a data block's length: it is stored as it is. */
export const dataStored = 1 << 24;
/** In the superblock or an inode: there is none. */
export const none32 = 0xffffffff;
export const none64 = 0xffffffffffffffffn;
export const fragmentEntrySize = 16;
/** Numbers of compressors; their order is the one of the numbers, from 1. */
export const compressors = ['gzip', 'lzma', 'lzo', 'xz', 'lz4', 'zstd'] as const;
export type Compressor = (typeof compressors)[number];

export const inodeTypes = {
  directory: 1,
  file: 2,
  symlink: 3,
  blockDevice: 4,
  characterDevice: 5,
  fifo: 6,
  socket: 7,
} as const;
/** Types of the longer forms are those of the short ones and this. */
export const longForm = 7;

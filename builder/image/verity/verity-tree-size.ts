import { blockSize, levelBlocks } from './verity-format.ts';

/** Bytes that a hash tree over `dataSize` bytes takes: a block with the superblock, then the levels from the root hash down. */
export function verityTreeSize(dataSize: number): number {
  const blocks = levelBlocks(Math.ceil(dataSize / blockSize)).reduce((sum, level) => sum + level, 1);
  return blocks * blockSize;
}

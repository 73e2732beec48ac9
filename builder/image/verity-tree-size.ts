/** dm-verity version 1 with blocks of 4096 bytes and sha256 (32 bytes a digest): 128 digests a block. */
const blockSize = 4096;
const digestsPerBlock = blockSize / 32;

/**
 * Bytes that a dm-verity hash tree over `dataSize` bytes takes: a block with the superblock, then the levels from the root hash
 * down (kernel: Documentation/admin-guide/device-mapper/verity.rst).
 */
export function verityTreeSize(dataSize: number): number {
  let blocks = 1;
  for (let level = Math.ceil(dataSize / blockSize); level > 1; ) {
    level = Math.ceil(level / digestsPerBlock);
    blocks += level;
  }
  return blocks * blockSize;
}

/**
 * dm-verity as Boardsmith uses it: hash type 1 (salt before data), sha256, data and hash blocks of 4096 bytes
 * (kernel: Documentation/admin-guide/device-mapper/verity.rst).
 */
export const blockSize = 4096;
export const digestSize = 32;
export const digestsPerBlock = blockSize / digestSize;
export const saltSize = 32;

/** How many blocks each level of the tree has, from the one over the data to the one below the root hash; none over a single block. */
export function levelBlocks(dataBlocks: number): number[] {
  const levels: number[] = [];
  for (let blocks = dataBlocks; blocks > 1; ) {
    blocks = Math.ceil(blocks / digestsPerBlock);
    levels.push(blocks);
  }
  return levels;
}

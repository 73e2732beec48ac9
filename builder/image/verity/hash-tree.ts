import { createHash } from 'node:crypto';
import { blockSize, digestSize, digestsPerBlock } from './verity-format.ts';

export interface HashTree {
  readonly dataBlocks: number;
  /** Digest of the block below it: the top of the tree, or the only data block. */
  readonly rootHash: Buffer;
  /** The levels as they lie on the disk, from the block below the root hash to the digests of the data. */
  readonly levels: readonly Buffer[];
}

/** Digest of one block, hash type 1: the salt comes first. */
export function blockDigest(salt: Uint8Array, block: Uint8Array): Buffer {
  return createHash('sha256').update(salt).update(block).digest();
}

/**
 * The hash tree over a stream of bytes. In memory are the digests alone, 1/128 of the data.
 * @param data in pieces of any size; a multiple of 4096 bytes in all
 * @throws RangeError for no data, or a last block that is not whole
 */
export async function hashTree(
  data: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  salt: Uint8Array,
): Promise<HashTree> {
  const digests: Buffer[] = [];
  let rest: Uint8Array = Buffer.alloc(0);
  for await (const piece of data) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const whole = bytes.length - (bytes.length % blockSize);
    for (let at = 0; at < whole; at += blockSize)
      digests.push(blockDigest(salt, bytes.subarray(at, at + blockSize)));
    rest = Buffer.from(bytes.subarray(whole));
  }
  if (rest.length > 0) throw new RangeError(`the last block has ${rest.length} bytes, not ${blockSize}`);
  if (digests.length === 0) throw new RangeError('there is no data to hash');
  return { dataBlocks: digests.length, ...treeOver(digests, salt) };
}

/** The tree over digests of blocks, in their order; at least one. */
export function treeOver(dataDigests: readonly Buffer[], salt: Uint8Array): Omit<HashTree, 'dataBlocks'> {
  const levels: Buffer[] = [];
  let digests = dataDigests;
  while (digests.length > 1) {
    const blocks = Math.ceil(digests.length / digestsPerBlock);
    const level = Buffer.alloc(blocks * blockSize);
    digests.forEach((digest, index) => {
      digest.copy(level, index * digestSize);
    });
    levels.unshift(level);
    digests = Array.from({ length: blocks }, (_, block) =>
      blockDigest(salt, level.subarray(block * blockSize, (block + 1) * blockSize)),
    );
  }
  return { rootHash: digests[0]!, levels };
}

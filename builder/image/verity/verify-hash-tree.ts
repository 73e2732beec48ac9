import { blockDigest, treeOver } from './hash-tree.ts';
import { superblockFor } from './superblock.ts';
import { blockSize, digestSize, digestsPerBlock, levelBlocks } from './verity-format.ts';
import type { VerityRecord } from './verity-record.ts';

/** A block of a root partition that is not as it was built. */
export interface WrongBlock {
  /** `behind`: after the tree, where there must be zeros. */
  readonly place: 'data' | 'superblock' | 'tree' | 'behind';
  /** 0: data; 1: the digests of the data; and so on up to the block below the root hash. null outside the tree. */
  readonly level: number | null;
  /** From 0, inside its level or place. */
  readonly block: number;
  /** Bytes from the partition's start. */
  readonly offset: number;
  /** Blocks of data that cannot be judged, since what would tell of them is lost with this one. */
  readonly unjudged: number;
}

/** The partition from its first byte; pieces of any size. */
export type PartitionBytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * Holds every block of a root partition against its record: data, superblock, each level of the tree, and what lies behind. A block of the tree
 * that was changed is told apart from what lies below it: if the data still leads to the digest above, only the block itself is wrong.
 * @returns the wrong blocks in the order in which they lie on the disk; none for a partition that is as it was built
 * @throws RangeError if the partition ends before its tree does
 */
export async function verifyHashTree(partition: PartitionBytes, record: VerityRecord): Promise<WrongBlock[]> {
  const read = await readPartition(partition, record);
  const wrong = judgeTree(read, record);
  if (!read.superblock.equals(superblockFor(record)))
    wrong.push(outside('superblock', 0, record.dataBlocks * blockSize));
  for (const { block, offset } of read.behind) wrong.push(outside('behind', block, offset));
  return wrong.sort((a, b) => a.offset - b.offset);
}

interface ReadPartition {
  readonly digests: readonly Buffer[];
  readonly superblock: Buffer;
  /** Level 1 first. */
  readonly levels: readonly Buffer[];
  readonly behind: readonly { readonly block: number; readonly offset: number }[];
}

async function readPartition(partition: PartitionBytes, record: VerityRecord): Promise<ReadPartition> {
  const { dataBlocks, salt } = record;
  const sizes = levelBlocks(dataBlocks);
  const treeEnd = sizes.reduce((sum, blocks) => sum + blocks, dataBlocks + 1);
  const digests: Buffer[] = [];
  const tree: Buffer[] = [];
  const behind: { block: number; offset: number }[] = [];
  let block = 0;
  for await (const bytes of blocksOf(partition)) {
    if (block < dataBlocks) digests.push(blockDigest(salt, bytes));
    else if (block < treeEnd) tree.push(Buffer.from(bytes));
    else if (!zeros.subarray(0, bytes.length).equals(bytes))
      behind.push({ block: block - treeEnd, offset: block * blockSize });
    block += 1;
  }
  if (block < treeEnd || (tree.at(-1)?.length ?? blockSize) < blockSize)
    throw new RangeError(`the partition ends after ${block} blocks; data and tree have ${treeEnd}`);
  const starts = levelStarts(dataBlocks);
  const levels = sizes.map((blocks, index) => {
    const first = starts[index + 1]! - dataBlocks;
    return Buffer.concat(tree.slice(first, first + blocks));
  });
  return { digests, superblock: tree[0]!, levels, behind };
}

const zeros = Buffer.alloc(blockSize);

/** The last one may be shorter. */
async function* blocksOf(partition: PartitionBytes): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const piece of partition) {
    const bytes = Buffer.concat([rest, piece]);
    const whole = bytes.length - (bytes.length % blockSize);
    for (let at = 0; at < whole; at += blockSize) yield bytes.subarray(at, at + blockSize);
    rest = Buffer.from(bytes.subarray(whole));
  }
  if (rest.length > 0) yield rest;
}

function judgeTree(
  { digests, levels }: ReadPartition,
  { dataBlocks, rootHash, salt }: VerityRecord,
): WrongBlock[] {
  const wrong: WrongBlock[] = [];
  /** The digests that the blocks of a level must have, from what was found good above; null: not known. */
  let expected: (Buffer | null)[] = [rootHash];
  /** The tree that the data as it is now would have. */
  const rebuilt = treeOver(digests, salt).levels.toReversed();
  const starts = levelStarts(dataBlocks);
  for (let level = levels.length; level > 0; level -= 1) {
    const below: (Buffer | null)[] = [];
    expected.forEach((digest, block) => {
      const range = [block * blockSize, (block + 1) * blockSize] as const;
      const stored = levels[level - 1]!.subarray(...range);
      const fromBelow = rebuilt[level - 1]!.subarray(...range);
      const good =
        digest === null ? null : [stored, fromBelow].find((bytes) => blockDigest(salt, bytes).equals(digest));
      if (digest !== null && good !== stored)
        wrong.push({
          place: 'tree',
          level,
          block,
          offset: (starts[level]! + block) * blockSize,
          unjudged: good === undefined ? dataBelow(level, block, dataBlocks) : 0,
        });
      for (let at = 0; at < blockSize; at += digestSize)
        below.push(good?.subarray(at, at + digestSize) ?? null);
    });
    expected = below.slice(0, level > 1 ? levels[level - 2]!.length / blockSize : dataBlocks);
  }
  expected.forEach((digest, block) => {
    if (digest !== null && !digest.equals(digests[block]!))
      wrong.push({ place: 'data', level: 0, block, offset: block * blockSize, unjudged: 0 });
  });
  return wrong;
}

/** First block of each level on the disk, where the top of the tree comes first; level 0 is the data. */
function levelStarts(dataBlocks: number): number[] {
  const sizes = levelBlocks(dataBlocks);
  const starts = [0];
  let next = sizes.reduce((sum, blocks) => sum + blocks, dataBlocks + 1);
  for (const blocks of sizes) {
    next -= blocks;
    starts.push(next);
  }
  return starts;
}

function dataBelow(level: number, block: number, dataBlocks: number): number {
  const span = digestsPerBlock ** level;
  return Math.min(span, dataBlocks - block * span);
}

function outside(place: 'superblock' | 'behind', block: number, offset: number): WrongBlock {
  return { place, level: null, block, offset, unjudged: 0 };
}

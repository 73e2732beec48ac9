import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hashTree } from '../../builder/image/verity/hash-tree.ts';
import { superblockFor } from '../../builder/image/verity/superblock.ts';
import { verifyHashTree, type WrongBlock } from '../../builder/image/verity/verify-hash-tree.ts';
import type { VerityRecord } from '../../builder/image/verity/verity-record.ts';
import { numberedBlocks } from '../support/verity-data.ts';

interface Partition {
  readonly bytes: Buffer;
  readonly record: VerityRecord;
}

/** A root partition with some room behind its tree. */
async function partition(blocks: number): Promise<Partition> {
  const salt = Buffer.alloc(32, 0x5a);
  const { dataBlocks, rootHash, levels } = await hashTree(numberedBlocks(blocks), salt);
  const record = { dataBlocks, rootHash, salt };
  const bytes = Buffer.concat([
    ...numberedBlocks(blocks),
    superblockFor(record),
    ...levels,
    Buffer.alloc(3 * 4096 + 512),
  ]);
  return { bytes, record };
}

function flipped(bytes: Buffer, ...blocks: readonly number[]): Buffer {
  const other = Buffer.from(bytes);
  for (const block of blocks) other[block * 4096 + 5]! ^= 0x10;
  return other;
}

/** In pieces that do not end where blocks do. */
function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 1_000_003) yield bytes.subarray(at, at + 1_000_003);
}

const data = (block: number): WrongBlock => ({
  place: 'data',
  level: 0,
  block,
  offset: block * 4096,
  unjudged: 0,
});

for (const blocks of [1, 2, 129, 16_400]) {
  test(`a partition of ${blocks} blocks as it was built has no wrong block`, async () => {
    const { bytes, record } = await partition(blocks);
    assert.equal(await verifyHashTree(pieces(bytes), record), []);
  });
}

/*
 * 16400 blocks of data, from 0; superblock 16400; level 3 (1 block) 16401; level 2 (2 blocks) 16402; level 1 (129 blocks) 16404 to 16532; then nothing.
 */
const { bytes, record } = await partition(16_400);
const cases: readonly (readonly [string, readonly number[], readonly WrongBlock[]])[] = [
  ['the first block', [0], [data(0)]],
  ['the last block', [16_399], [data(16_399)]],
  ['two blocks', [77, 16_000], [data(77), data(16_000)]],
  [
    'the superblock, which init does not read',
    [16_400],
    [{ place: 'superblock', level: null, block: 0, offset: 16_400 * 4096, unjudged: 0 }],
  ],
  [
    'the top of the tree, over good data',
    [16_401],
    [{ place: 'tree', level: 3, block: 0, offset: 16_401 * 4096, unjudged: 0 }],
  ],
  [
    'the middle of the tree, over good data',
    [16_403],
    [{ place: 'tree', level: 2, block: 1, offset: 16_403 * 4096, unjudged: 0 }],
  ],
  [
    'the last block of digests, over good data',
    [16_532],
    [{ place: 'tree', level: 1, block: 128, offset: 16_532 * 4096, unjudged: 0 }],
  ],
  [
    'a block of data and the digests that would tell of it: only they can be named, with what they cover',
    [130, 16_405],
    [{ place: 'tree', level: 1, block: 1, offset: 16_405 * 4096, unjudged: 128 }],
  ],
  [
    'the digests of the last 16 blocks, and one of these',
    [16_390, 16_532],
    [{ place: 'tree', level: 1, block: 128, offset: 16_532 * 4096, unjudged: 16 }],
  ],
  [
    'a block of data and the top: nothing can be judged',
    [5, 16_401],
    [{ place: 'tree', level: 3, block: 0, offset: 16_401 * 4096, unjudged: 16_400 }],
  ],
  [
    'what lies behind the tree',
    [16_534],
    [{ place: 'behind', level: null, block: 1, offset: 16_534 * 4096, unjudged: 0 }],
  ],
];
for (const [name, blocks, expected] of cases) {
  test(`a flipped bit: ${name}`, async () => {
    assert.equal(await verifyHashTree(pieces(flipped(bytes, ...blocks)), record), expected);
  });
}

test('another root hash, or another salt, fits nothing', async () => {
  const wrong = (changed: Partial<VerityRecord>): Promise<WrongBlock[]> =>
    verifyHashTree(pieces(bytes), { ...record, ...changed });
  for (const changed of [{ rootHash: Buffer.alloc(32) }, { salt: Buffer.alloc(32) }]) {
    assert.equal(
      (await wrong(changed)).map(({ place, level, unjudged }) => [place, level, unjudged]),
      [
        ['superblock', null, 0],
        ['tree', 3, 16_400],
      ],
    );
  }
});

test('the last bytes of a partition that is no whole number of blocks are looked at, too', async () => {
  const other = Buffer.from(bytes);
  other[bytes.length - 1] = 1;
  const [wrong] = await verifyHashTree(pieces(other), record);
  assert.is(wrong?.place, 'behind');
});

test('a partition that ends before its tree is refused', async () => {
  for (const length of [16_533 * 4096 - 1, 16_400 * 4096, 4096, 0]) {
    const refused = await verifyHashTree(pieces(bytes.subarray(0, length)), record).catch(
      (error: unknown) => error,
    );
    assert.instance(refused, RangeError);
  }
});

test.run();

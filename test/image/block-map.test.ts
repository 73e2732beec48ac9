import { createHash } from 'node:crypto';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { blockMap, type Content, mappedBlocks } from '../../builder/image/block-map.ts';
import { bmapFile } from '../../builder/image/bmap-file.ts';
import { matchesGolden } from '../support/golden.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('block map');
const block = 4096;
const { signal } = new AbortController();
const folder = temporaryFolder('block-map');

async function imageOf(size: number, content: readonly (readonly [number, Buffer])[]): Promise<string> {
  const file = join(folder, 'image');
  const handle = await open(file, 'w');
  await handle.truncate(size);
  for (const [offset, bytes] of content) await handle.write(bytes, 0, bytes.length, offset);
  await handle.close();
  return file;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

test('an image of zeros has nothing to write, whether the zeros are stored or not', async () => {
  assert.equal(await blockMap(await imageOf(5 << 20, []), signal), []);
  await writeFile(join(folder, 'stored'), Buffer.alloc(5 << 20));
  assert.equal(await blockMap(join(folder, 'stored'), signal), []);
});

test('one byte makes its block mapped, and nothing else; neighbours are one range, also over what is read at once', async () => {
  const mebibyte = 1 << 20;
  const long = Buffer.alloc(3 * block, 7);
  const image = await imageOf(4 * mebibyte, [
    [5 * block + 4095, Buffer.from([1])],
    [mebibyte - block, long],
    [4 * mebibyte - 1, Buffer.from([2])],
  ]);
  const one = Buffer.alloc(block);
  one[4095] = 1;
  const last = Buffer.alloc(block);
  last[4095] = 2;
  const ranges = await blockMap(image, signal);
  assert.equal(ranges, [
    { first: 5, last: 5, sha256: sha256(one) },
    { first: 255, last: 257, sha256: sha256(long) },
    { first: 1023, last: 1023, sha256: sha256(last) },
  ]);
  assert.is(mappedBlocks(ranges), 5);
});

test('blocks of zeros that are stored between others are not mapped', async () => {
  const stored = Buffer.concat([Buffer.alloc(block, 1), Buffer.alloc(block), Buffer.alloc(block, 3)]);
  const ranges = await blockMap(await imageOf(3 * block, [[0, stored]]), signal);
  assert.equal(
    ranges.map(({ first, last }) => [first, last]),
    [
      [0, 0],
      [2, 2],
    ],
  );
});

test('zeros within a content are mapped, for a card that was used before; where free clusters end it, up to what is in use', async () => {
  const image = await imageOf(16 * block, [
    [2 * block, Buffer.alloc(block, 1)],
    [4 * block, Buffer.alloc(block, 2)],
    [8 * block, Buffer.alloc(block, 3)],
  ]);
  const at = (first: number, blocks: number, endsWithContent: boolean): Content => ({
    offset: first * block,
    size: blocks * block,
    endsWithContent,
  });
  const runs = async (...contents: Content[]): Promise<number[][]> =>
    (await blockMap(image, signal, contents)).map(({ first, last }) => [first, last]);
  assert.equal(await runs(), [
    [2, 2],
    [4, 4],
    [8, 8],
  ]);
  assert.equal(await runs(at(1, 6, false)), [
    [1, 6],
    [8, 8],
  ]);
  assert.equal(await runs(at(1, 6, true)), [
    [2, 4],
    [8, 8],
  ]);
  // Two contents side by side: free clusters of the first stay unmapped.
  assert.equal(await runs(at(2, 6, true), at(8, 3, false)), [
    [2, 4],
    [8, 10],
  ]);
  const [first] = await blockMap(image, signal, [at(2, 6, true)]);
  const bytes = Buffer.concat([Buffer.alloc(block, 1), Buffer.alloc(block), Buffer.alloc(block, 2)]);
  assert.is(first!.sha256, sha256(bytes));
  assert.equal(await runs(at(10, 6, false)), [
    [2, 2],
    [4, 4],
    [8, 8],
    [10, 15],
  ]);
});

test('a last block may be short', async () => {
  const image = await imageOf(block + 512, [[block, Buffer.alloc(512, 9)]]);
  assert.equal(await blockMap(image, signal), [{ first: 1, last: 1, sha256: sha256(Buffer.alloc(512, 9)) }]);
});

test('stops when it is told to', async () => {
  const image = await imageOf(1 << 20, []);
  const reason = new Error('enough');
  try {
    await blockMap(image, AbortSignal.abort(reason));
    assert.unreachable();
  } catch (error) {
    assert.is(error, reason);
  }
});

test('the file is that of bmap-tools, and its checksum is that of itself with zeros in the place of the checksum', () => {
  const text = bmapFile(10 * block + 512, [
    { first: 0, last: 3, sha256: 'a'.repeat(64) },
    { first: 10, last: 10, sha256: 'b'.repeat(64) },
  ]);
  matchesGolden('image/small.bmap', text);
  const checksum = /<BmapFileChecksum> ([0-9a-f]{64}) </.exec(text)?.[1] ?? '';
  assert.is(sha256(Buffer.from(text.replace(checksum, '0'.repeat(64)))), checksum);
});

test.run();

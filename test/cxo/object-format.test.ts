import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeTail, encodeTail, fileSize, objectSizeOf } from '../../recipes/cxo/storage/object-format.ts';

test('the size of an object follows from that of its file, and only sizes of real objects do', () => {
  const sizes = new Map<number, number>();
  for (const around of [0, 65_536, 131_072, 10 * 65_536]) {
    for (let size = Math.max(0, around - 200); size < around + 200; size++) sizes.set(fileSize(size), size);
  }
  for (const [file, size] of sizes) assert.is(objectSizeOf(file), size);
  for (const impossible of [0, 1, 87, 88 + 32, fileSize(65_536) + 1, fileSize(65_536) + 32]) {
    assert.is(objectSizeOf(impossible), null, String(impossible));
  }
});

test('a tail fits the object it was made for and no other', () => {
  const digest = 'ab'.repeat(32);
  const sums = Buffer.alloc(64, 7);
  const tail = encodeTail(digest, 70_000, sums);
  assert.ok(decodeTail(tail, digest, 70_000)!.equals(sums));
  assert.is(decodeTail(tail, 'cd'.repeat(32), 70_000), null);
  assert.is(decodeTail(tail, digest, 70_001), null);
  for (let offset = 0; offset < tail.length; offset++) {
    const bad = Buffer.from(tail);
    bad[offset]! ^= 1;
    assert.is(decodeTail(bad, digest, 70_000), null, `offset ${offset}`);
  }
});

test('the format is what it was: stores of today must be readable tomorrow', () => {
  const tail = encodeTail('00'.repeat(32), 3, Buffer.alloc(32, 0xff));
  assert.is(tail.subarray(32, 56).toString('hex'), '43584f4f424a310a00010000000000000000000000000003');
});

test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readPartitionPlaces } from '../../builder/image/partition-places.ts';
import { gptOf, mbrOf } from '../support/openwrt-disk.ts';

const test = suite('partitions of any table');

async function placesOf(disk: Buffer): Promise<Awaited<ReturnType<typeof readPartitionPlaces>>> {
  return await readPartitionPlaces(async (offset, length) => disk.subarray(offset, offset + length));
}

const two = [
  { start: 64, length: 10 },
  { start: 80, length: 5 },
];
const numbered = two.map((place, index) => ({ number: index + 1, ...place }));

test('an MBR, and a GPT with more or fewer entries than usual', async () => {
  assert.equal(await placesOf(mbrOf(two)), { kind: 'mbr', places: numbered });
  assert.equal(await placesOf(gptOf(two)), { kind: 'gpt', places: numbered });
  assert.equal(await placesOf(gptOf(two, 256)), { kind: 'gpt', places: numbered });
  assert.equal(await placesOf(mbrOf([])), { kind: 'mbr', places: [] });
});

test('an entry that is not used is left out, and the others keep their numbers', async () => {
  const table = await placesOf(mbrOf([{ start: 0, length: 0 }, ...two], [0, 0x0c, 0x83]));
  assert.equal(typeof table === 'string' ? table : table.places.map(({ number }) => number), [2, 3]);
});

function changed(disk: Buffer, at: number): Buffer {
  const other = Buffer.from(disk);
  other[at]! ^= 1;
  return other;
}

const wrong: readonly (readonly [what: string, disk: Buffer, said: RegExp])[] = [
  ['nothing', Buffer.alloc(0), /no partition table/],
  ['no signature', Buffer.alloc(512), /no partition table/],
  ['a protected GPT that is not there', mbrOf([{ start: 1, length: 9 }], [0xee]), /that is not there/],
  ['another header', changed(gptOf(two), 512), /that is not there/],
  ['a changed header', changed(gptOf(two), 512 + 40), /CRC of its GPT's header/],
  ['a changed entry', changed(gptOf(two), 1024 + 33), /CRC of its GPT's entries/],
  ['entries that are cut off', gptOf(two).subarray(0, 1100), /CRC of its GPT's entries/],
  ['far too many entries', gptOf(two, 2048), /unknown form/],
  ['partitions that overlap', mbrOf([...two, { start: 70, length: 11 }]), /partition [123] lies over/],
  ['a partition over its table', mbrOf([{ start: 0, length: 9 }]), /partition 1 lies over/],
  ['a partition of nothing', mbrOf([{ start: 64, length: 0 }]), /partition 1 lies over/],
];
for (const [what, disk, said] of wrong) {
  test(`no table: ${what}`, async () => {
    const table = await placesOf(disk);
    assert.type(table, 'string');
    assert.match(table as string, said);
  });
}

test.run();

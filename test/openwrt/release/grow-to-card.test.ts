import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { longestIdentity } from '../../../builder/identity/identity-partition.ts';
import { growToCard } from '../../../openwrt/release/grow-to-card.ts';
import { gptOf, mbrOf, openwrtCard } from '../../support/openwrt-disk.ts';
import { rejectedWith } from '../../support/rejection.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const test = suite("an OpenWrt image as a card's");
const file = join(temporaryFolder('grow-to-card'), 'image');
const [sector, mebibyte] = [512, 1 << 20];

test('it is as large as its partitions, with room for an identity behind them; what it held stays', async () => {
  const [boot, root] = [Buffer.alloc(4096, 'boot'), Buffer.alloc(5000, 'root')];
  const { bytes, parts } = await openwrtCard(file, boot, root);
  assert.equal(parts, [
    { name: 'p1', offset: 1025 * sector, size: 1024 * sector },
    { name: 'p2', offset: 2051 * sector, size: 8192 * sector },
    { name: 'identity', offset: 6 * mebibyte, size: mebibyte },
  ]);
  assert.is(bytes.length, 7 * mebibyte);
  assert.ok(bytes.subarray(parts[0]!.offset).subarray(0, boot.length).equals(boot));
  assert.ok(bytes.subarray(parts[1]!.offset).subarray(0, root.length).equals(root));
  assert.ok(bytes.subarray(parts[1]!.offset + root.length).every((byte) => byte === 0));
  assert.ok(parts[2]!.size >= longestIdentity);
});

test('the backup of a GPT keeps its place: an identity never lies over it', async () => {
  // The last partition and the backup end with the second MiB, or one sector behind it.
  for (const [last, mib] of [
    [4096 - 33, 2],
    [4096 - 32, 3],
  ] as const) {
    const disk = Buffer.alloc((last + 33) * sector, 0);
    gptOf([{ start: 512, length: last - 512 }]).copy(disk);
    disk.fill(7, last * sector);
    await writeFile(file, disk);
    const parts = await growToCard(file);
    assert.is(parts.at(-1)!.offset, mib * mebibyte);
    assert.ok((await readFile(file)).subarray(0, disk.length).equals(disk));
  }
});

test('zeros behind all that are cut off; anything else is refused', async () => {
  const disk = Buffer.alloc(4 * mebibyte);
  mbrOf([{ start: 64, length: 1000 }]).copy(disk);
  await writeFile(file, disk);
  const parts = await growToCard(file);
  assert.is((await readFile(file)).length, 2 * mebibyte);
  assert.is(parts.at(-1)!.offset, mebibyte);
  disk[4 * mebibyte - 1] = 1;
  await writeFile(file, disk);
  await rejectedWith(growToCard(file), 'AUDIT_FAILED', /holds something behind its last partition/);
});

const refused: readonly (readonly [string, Buffer, RegExp])[] = [
  ['no table', Buffer.alloc(mebibyte), /there is no partition table/],
  ['no partition', mbrOf([]), /has no partition/],
  ['a partition right behind the table', mbrOf([{ start: 1, length: 9 }]), /right behind the table/],
];
for (const [what, disk, said] of refused) {
  test(`refused: ${what}`, async () => {
    await writeFile(file, disk);
    await rejectedWith(growToCard(file), 'AUDIT_FAILED', said);
  });
}

test.run();

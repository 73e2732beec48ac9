import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { crc32 } from '../../builder/image/crc32.ts';
import { writeDisk } from '../../builder/image/disk.ts';
import { guidBytes, guidText } from '../../builder/image/guid.ts';
import { layout } from '../../builder/image/layout.ts';
import { readGpt } from '../../builder/image/read-gpt.ts';
import { rejectedWith } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { testBoard } from '../support/test-board.ts';

const { signal } = new AbortController();
const plan = layout(testBoard, 'cxo-test');

async function image(): Promise<string> {
  const output = join(temporaryFolder('gpt'), 'card.img');
  await writeDisk({ layout: plan, contents: {}, bootloader: null, output, signal });
  return output;
}

test('reads back what was laid out', async () => {
  const gpt = await readGpt(await image());
  assert.is(gpt.diskUuid, plan.diskUuid);
  assert.is(gpt.size, plan.size);
  assert.is(gpt.arrayStart, 4096);
  assert.ok(gpt.firstUsable >= 4160, 'the spare place of the entry array is free');
  assert.is(gpt.firstUsable, 8192);
  assert.equal(gpt.partitions, plan.partitions);
});

test('sectors between the header and the entry array are free for a boot loader', async () => {
  const handle = await open(await image(), 'r');
  const { buffer } = await handle.read(Buffer.alloc(4094 * 512), 0, 4094 * 512, 2 * 512);
  const spare = await handle.read(Buffer.alloc(32 * 512, 1), 0, 32 * 512, 4128 * 512);
  await handle.close();
  assert.ok(buffer.every((byte) => byte === 0));
  assert.ok(spare.buffer.every((byte) => byte === 0));
});

test('the protective MBR covers any card', async () => {
  const handle = await open(await image(), 'r');
  const { buffer } = await handle.read(Buffer.alloc(512), 0, 512, 0);
  await handle.close();
  assert.is(buffer.toString('hex', 446, 462), '00000200eeffffff01000000ffffffff');
  assert.is(buffer.toString('hex', 510, 512), '55aa');
});

test('GUIDs and CRCs are those of the specifications', () => {
  // The EFI system partition's GUID, as UEFI's own tables print it byte by byte.
  assert.is(
    guidBytes('c12a7328-f81f-11d2-ba4b-00a0c93ec93b').toString('hex'),
    '28732ac11ff8d211ba4b00a0c93ec93b',
  );
  assert.is(guidText(guidBytes(plan.diskUuid)), plan.diskUuid);
  assert.throws(() => guidBytes('no-uuid'), /not a UUID/);
  // The check value of CRC-32.
  assert.is(crc32(Buffer.from('123456789')), 0xcbf43926);
});

const sgdisk = ['/usr/sbin/sgdisk', '/sbin/sgdisk'].find(existsSync);
if (sgdisk === undefined) console.log('SKIP sgdisk finds no problem: no sgdisk (package gdisk)');
(sgdisk === undefined ? test.skip : test)('sgdisk finds no problem and sees the same', async () => {
  const file = await image();
  assert.match(execFileSync(sgdisk!, ['-v', file]).toString(), /No problems found/);
  const printed = execFileSync(sgdisk!, ['-p', file]).toString();
  for (const { number, name, start, size } of plan.partitions) {
    assert.match(printed, new RegExp(`^ +${number} +${start} +${start + size - 1} .* ${name}$`, 'm'));
  }
  const [bootA, bootB] = ['1', '3'].map((number) => execFileSync(sgdisk!, [`-i=${number}`, file]).toString());
  assert.match(bootA!, /Attribute flags: 0000000000000004/);
  assert.match(bootB!, /Attribute flags: 0000000000000000/);
  assert.match(bootA!, new RegExp(`unique GUID: ${plan.partitions[0]!.uuid}`, 'i'));
});

/** Writes bytes over an image's, makes the CRCs of a header right again if asked. */
async function overwritten(change: (bytes: Buffer, size: number) => void): Promise<string> {
  const file = await image();
  const handle = await open(file, 'r+');
  const { size } = await handle.stat();
  const { buffer: start } = await handle.read(Buffer.alloc(4200 * 512), 0, 4200 * 512, 0);
  change(start, size);
  await handle.write(start, 0, start.length, 0);
  await handle.close();
  return file;
}

function repairPrimary(bytes: Buffer): void {
  bytes.writeUInt32LE(crc32(bytes.subarray(4096 * 512, 4128 * 512)), 512 + 88);
  bytes.writeUInt32LE(0, 512 + 16);
  bytes.writeUInt32LE(crc32(bytes.subarray(512, 512 + 92)), 512 + 16);
}

const entry = (number: number): number => 4096 * 512 + (number - 1) * 128;
const damages: readonly (readonly [string, (bytes: Buffer) => void, RegExp])[] = [
  ['no MBR', (bytes) => bytes.fill(0, 0, 512), /no protective MBR/],
  ['no primary header', (bytes) => bytes.fill(0, 512, 1024), /primary header is none/],
  ['a wrong CRC of the header', (bytes) => bytes.writeUInt8(1, 512 + 60), /primary header's CRC is wrong/],
  [
    'a wrong CRC of the array',
    (bytes) => bytes.writeUInt8(0x7a, entry(1) + 56),
    /primary entry array's CRC is wrong/,
  ],
  [
    'a header that says it lies elsewhere',
    (bytes) => {
      bytes.writeUInt8(9, 512 + 24);
      repairPrimary(bytes);
    },
    /says that it lies at sector 9, not 1/,
  ],
  [
    'headers that do not name each other',
    (bytes) => {
      bytes.writeUInt8(9, 512 + 32);
      repairPrimary(bytes);
    },
    /do not name each other/,
  ],
  [
    'arrays that differ',
    (bytes) => {
      bytes.writeUInt8(0x7a, entry(1) + 56);
      repairPrimary(bytes);
    },
    /the entry arrays differ/,
  ],
  [
    'an array outside the disk',
    (bytes) => {
      bytes.writeUInt32LE(0xffffff, 512 + 72);
      repairPrimary(bytes);
    },
    /entry array lies outside the disk/,
  ],
  [
    'another number of entries',
    (bytes) => {
      bytes.writeUInt32LE(64, 512 + 80);
      repairPrimary(bytes);
    },
    /has not 128 entries/,
  ],
  [
    'partitions that overlap',
    (bytes) => {
      bytes.writeUInt32LE(bytes.readUInt32LE(entry(1) + 40) + 5, entry(1) + 40);
      repairPrimary(bytes);
    },
    /boot-a and root-a overlap/,
  ],
  [
    'a partition outside the usable range',
    (bytes) => {
      bytes.writeUInt32LE(100, entry(1) + 32);
      repairPrimary(bytes);
    },
    /boot-a lies outside the usable range/,
  ],
];
for (const [what, change, message] of damages) {
  test(`refuses ${what}`, async () => {
    const error = await rejectedWith(
      readGpt(await overwritten(change)),
      'FILE_UNUSABLE',
      /card\.img has no sound/,
    );
    assert.match(error.problems.join('\n'), message);
  });
}

test('refuses a file that is cut off, empty or no disk', async () => {
  const file = await image();
  const handle = await open(file, 'r+');
  await handle.truncate(plan.size * 512 - 512);
  await handle.close();
  await rejectedWith(readGpt(file), 'FILE_UNUSABLE', /backup header is none/);
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(1000), Buffer.alloc(1 << 20)]) {
    await writeFile(file, bytes);
    await rejectedWith(readGpt(file), 'FILE_UNUSABLE', /card\.img/);
  }
});

test.run();

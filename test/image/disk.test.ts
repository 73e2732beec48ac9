import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type DiskOptions, type DiskPart, writeDisk } from '../../builder/image/disk.ts';
import { layout } from '../../builder/image/layout.ts';
import { readPartition } from '../../builder/image/read-partition.ts';
import { rejectedWith } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { testBoard } from '../support/test-board.ts';

const { signal } = new AbortController();
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const smallBoard = {
  ...testBoard,
  partitions: { bootMiB: 4, rootMiB: 8, stateMiB: 1, identityMiB: 1, dataMiB: 4 },
};

/** Content with holes of several sizes, zeros at its end, and a length that is no multiple of anything. */
const content = Buffer.concat([
  Buffer.alloc(10_000, 0xa1),
  Buffer.alloc(3_000_000),
  Buffer.alloc(5_000, 0xb2),
  Buffer.alloc(100),
  Buffer.alloc(4096, 0xc3),
  Buffer.alloc(1_500_001),
]);

async function write(folder: string, overrides: Partial<DiskOptions> = {}): Promise<DiskPart[]> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'root'), content);
  await writeFile(join(folder, 'data'), Buffer.alloc(4 * 1024 * 1024));
  await writeFile(join(folder, 'spl'), Buffer.alloc(100_000, 0x5b));
  return await writeDisk({
    layout: layout(smallBoard, 'cxo-test'),
    contents: { 'root-a': join(folder, 'root'), data: join(folder, 'data') },
    bootloader: { file: join(folder, 'spl'), offset: 8192 },
    output: join(folder, 'card.img'),
    signal,
    ...overrides,
  });
}

test('every part lies where the map says, and can be read back', async () => {
  const folder = temporaryFolder('disk');
  const parts = await write(folder);
  const image = await readFile(join(folder, 'card.img'));
  assert.equal(
    parts.map(({ name, used }) => [name, used]),
    [
      ['bootloader', 100_000],
      ['boot-a', 0],
      ['root-a', content.length],
      ['boot-b', 0],
      ['root-b', 0],
      ['state', 0],
      ['identity', 0],
      ['data', 4 * 1024 * 1024],
    ],
  );
  for (const { offset, size, used, sha256: expected } of parts) {
    const place = image.subarray(offset, offset + size);
    if (expected !== null) assert.is(sha256(place.subarray(0, used)), expected);
    assert.ok(place.subarray(used).every((byte) => byte === 0));
  }
  assert.ok(
    (await buffer(await readPartition(join(folder, 'card.img'), 'root-a', content.length))).equals(content),
  );
  assert.is((await buffer(await readPartition(join(folder, 'card.img'), 'state'))).length, 1024 * 1024);
  await rejectedWith(
    readPartition(join(folder, 'card.img'), 'root-c'),
    'FILE_UNUSABLE',
    /no partition root-c/,
  );
});

test('zeros are holes', async () => {
  const folder = temporaryFolder('disk');
  await write(folder);
  const { size, blocks } = await stat(join(folder, 'card.img'));
  assert.is(size, 35 * 1024 * 1024);
  assert.ok(blocks * 512 < 1024 * 1024, `${blocks * 512} bytes are taken`);
});

test('the same bytes in another folder, with another umask and zone', async () => {
  const first = temporaryFolder('disk');
  const second = join(temporaryFolder('disk'), 'a', 'b');
  const parts = await write(first);
  const before = { umask: process.umask(0o077), zone: process.env.TZ };
  process.env.TZ = 'Asia/Tokyo';
  try {
    assert.equal(await write(second), parts);
  } finally {
    process.umask(before.umask);
    if (before.zone === undefined) delete process.env.TZ;
    else process.env.TZ = before.zone;
  }
  assert.ok((await readFile(join(first, 'card.img'))).equals(await readFile(join(second, 'card.img'))));
});

test('an image that was there is replaced only by a whole one', async () => {
  const folder = temporaryFolder('disk');
  await writeFile(join(folder, 'card.img'), 'older');
  const gone = write(folder, { contents: { 'root-a': join(folder, 'gone') } });
  assert.match(String(await gone.catch((error: unknown) => error)), /ENOENT/);
  const stop = new AbortController();
  stop.abort();
  assert.match(
    String(await write(folder, { signal: stop.signal }).catch((error: unknown) => error)),
    /abort/i,
  );
  assert.is(await readFile(join(folder, 'card.img'), 'utf8'), 'older');
  assert.equal(
    (await readdir(folder)).sort(),
    ['card.img', 'data', 'root', 'spl'],
    'nothing half-written is left',
  );
});

test('refuses a content or a boot loader that is larger than its place', async () => {
  const folder = temporaryFolder('disk');
  await writeFile(join(folder, 'large'), Buffer.alloc(3 << 20));
  const large = join(folder, 'large');
  await rejectedWith(write(folder, { contents: { state: large } }), 'STEP_FAILED', /state has 3145728 bytes/);
  const loader = write(folder, { bootloader: { file: large, offset: 8192 } });
  await rejectedWith(loader, 'STEP_FAILED', /bootloader has 3145728 bytes, but its place only 2088960/);
});

test.run();

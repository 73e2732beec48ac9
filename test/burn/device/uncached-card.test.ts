import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openUncached } from '../../../builder/burn/device/uncached-card.ts';
import { CardBytes } from '../../../builder/release/verify/card-bytes.ts';
import { attachLoop, cannotLoop, detachLoop } from '../../support/loop-device.ts';
import { noise } from '../../support/small-release.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { wherePossible } from '../../support/where-possible.ts';

const folder = temporaryFolder('uncached-card');
const size = (3 << 20) + 512;
const bytes = noise('uncached card', size);
const file = join(folder, 'card.img');
await writeFile(file, bytes);

test('any bytes, from any place, up to the end', async () => {
  const card = await openUncached(file);
  for (const [offset, length] of [
    [0, 4096],
    [512, 512],
    [4095, 2],
    [100, 3 << 20],
    [size - 700, 700],
    [size - 700, 5000],
    [size, 512],
    [size + 4096, 512],
  ] as const) {
    const read = await card.read(offset, length);
    assert.ok(read.equals(bytes.subarray(offset, offset + length)), `${length} bytes at ${offset}`);
  }
  await card.close();
});

wherePossible(test, cannotLoop())('a disk is read itself, not what the kernel remembers of it', async () => {
  const below = join(folder, 'below.img');
  await writeFile(below, bytes.subarray(0, 1 << 20));
  const device = attachLoop(below);
  try {
    const remembering = await CardBytes.open(device);
    const before = await remembering.read(0, 4096);
    const handle = await open(below, 'r+');
    await handle.write(Buffer.alloc(4096, 0xee), 0, 4096, 0);
    await handle.sync();
    await handle.close();
    assert.ok((await remembering.read(0, 4096)).equals(before), 'the kernel remembers');
    const card = await openUncached(device);
    assert.ok((await card.read(0, 4096)).every((byte) => byte === 0xee));
    await card.close();
    await remembering.close();
  } finally {
    detachLoop(device);
  }
});

test.run();

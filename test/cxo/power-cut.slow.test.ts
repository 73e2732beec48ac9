import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isEvent } from '../../qemu/console.ts';
import { forwardsOf } from '../../qemu/free-port.ts';
import { startMachine } from '../../qemu/machine.ts';
import { plainRun } from '../../qemu/machine-options.ts';
import { timeoutScale } from '../../qemu/speed.ts';
import { checkout } from '../support/places.ts';
import { buildTestImage, type TestImage } from '../support/test-build.ts';
import { VolatileDisk } from '../support/volatile-disk.ts';
import { type Verification, verifyAll, writeUntilCut } from './acknowledged-writer.ts';
import { seededRandom } from './seeded-random.ts';

const test = suite('power cuts in the middle of writes');
const diskBytes = 640 * 1024 * 1024;

/** Boots from the disk and hands the daemon's address to `use`; then the power goes. */
async function powered<Result>(
  image: TestImage,
  disk: VolatileDisk,
  use: (baseUrl: string) => Promise<Result>,
): Promise<Result> {
  const card = { kind: 'url', url: disk.url } as const;
  const machine = await startMachine(image, { ...plainRun, card, forwards: forwardsOf(image.ports) });
  try {
    await machine.console.waitFor(isEvent('ready'), {
      description: 'the ready line',
      timeoutMs: 150_000 * timeoutScale(),
    });
    const [forward] = await machine.forwards();
    return await use(`http://127.0.0.1:${forward!.host}`);
  } finally {
    await machine.stop();
  }
}

/** Writes until so many objects are acknowledged, cuts the power, boots again and asks for all that were acknowledged. */
async function cutAndVerify(
  image: TestImage,
  disk: VolatileDisk,
  seed: number,
  survives: (block: number) => boolean,
): Promise<{ acknowledged: number; verification: Verification }> {
  const acknowledged = await powered(image, disk, async (baseUrl) => {
    let count = 0;
    const over = new AbortController();
    return await writeUntilCut(baseUrl, {
      seed,
      signal: over.signal,
      onAcknowledged: () => {
        count += 1;
        if (count !== 60) return;
        disk.powerCut(survives);
        over.abort();
      },
    });
  });
  const verification = await powered(image, disk, async (baseUrl) => await verifyAll(baseUrl, acknowledged));
  return { acknowledged: acknowledged.length, verification };
}

/** What of the write cache the disk had written when the power went. */
const fates: Readonly<Record<string, (block: number) => boolean>> = {
  'nothing of the cache survives': () => false,
  'a random half of the cache survives': (() => {
    const random = seededRandom(5);
    return () => random() < 0.5;
  })(),
};

for (const [fate, survives] of Object.entries(fates)) {
  test(`${fate}: everything acknowledged is there and right`, async () => {
    const image = await buildTestImage({ recipe: 'recipes/cxo' });
    const disk = await VolatileDisk.open(image.image, diskBytes);
    try {
      const { acknowledged, verification } = await cutAndVerify(image, disk, 11, survives);
      assert.ok(acknowledged >= 60);
      assert.equal(verification, { intact: acknowledged, lost: [], wrong: [] });
    } finally {
      await disk.close();
    }
  });
}

test('a daemon whose fsync was taken out is caught', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'boardsmith-no-fsync-'));
  await cp(join(checkout, 'recipes', 'cxo'), folder, { recursive: true });
  const file = join(folder, 'storage', 'node-file-system.ts');
  const text = await readFile(file, 'utf8');
  const without = text
    .replace('await handle.sync();', '')
    .replace('sync: () => handle.sync(),', 'sync: async () => {},');
  assert.not.ok(/handle\.sync\(\)/.test(without), 'all of it is taken out');
  await writeFile(file, without);
  const image = await buildTestImage({ recipe: folder });
  const disk = await VolatileDisk.open(image.image, diskBytes);
  try {
    const { verification } = await cutAndVerify(image, disk, 11, () => false);
    assert.ok(verification.lost.length > 0, 'acknowledged objects are lost');
    assert.equal(verification.wrong, [], 'and even so no wrong bytes are handed out');
  } finally {
    await disk.close();
    await rm(folder, { recursive: true });
  }
});

test.run();

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { diskBytes, fileSize } from '../../recipes/cxo/storage/object-format.ts';
import { ObjectStore } from '../../recipes/cxo/storage/object-store.ts';
import type { StoreStatistics } from '../../recipes/cxo/storage/store-types.ts';
import { digestOf } from './acknowledged-writer.ts';
import { ModelDisk } from './model-disk.ts';
import { openSocket } from './raw-http.ts';
import { putBytes, runningStore, until } from './running-store.ts';
import { seededBytes } from './seeded-random.ts';
import { wrapFileSystem } from './wrapped-file-system.ts';

const size = 10_000;
const charge = diskBytes(fileSize(size));
const object = (seed: number): Buffer => seededBytes(seed, size);

async function statistics(url: string): Promise<StoreStatistics> {
  return (await (await fetch(`${url}/statistics`)).json()) as StoreStatistics;
}

test('uploads side by side cannot pass the quota together, announced or in chunks', async () => {
  for (const announced of [true, false]) {
    // A disk that is slow enough for all uploads to be under way at the same time.
    const slow = wrapFileSystem(new ModelDisk('/disk'), async (call, run) => {
      if (call.name === 'file.sync') await new Promise((resolve) => setTimeout(resolve, 300));
      return await run();
    });
    const store = await runningStore({ dataFolder: '/disk', quotaBytes: 7 * charge }, slow);
    const body = (bytes: Buffer): Uint8Array | ReadableStream =>
      announced ? new Uint8Array(bytes) : new Blob([new Uint8Array(bytes)]).stream();
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, seed) =>
        fetch(`${store.url}/objects`, {
          method: 'POST',
          body: body(object(seed)),
          duplex: 'half',
        } as RequestInit),
      ),
    );
    const statuses = answers.map((answer) => answer.status);
    const stored = statuses.filter((status) => status === 201).length;
    assert.ok(statuses.every((status) => status === 201 || status === 507));
    // Rivals may refuse one another for room that neither then uses, but never so that it cannot be used afterwards.
    assert.ok(stored >= 1 && stored <= 7, `${stored} stored`);
    for (let seed = 0; seed < 10; seed++) await putBytes(store.url, digestOf(object(seed)), object(seed));
    const figures = await statistics(store.url);
    assert.is(figures.objects, 7);
    assert.is(figures.disk_bytes, 7 * charge);
    assert.is(figures.reserved_bytes, 0);
    await store.service.stop();
  }
});

test('refused, wrong and aborted uploads give their room back', async () => {
  const store = await runningStore({ quotaBytes: 2 * charge });
  assert.is((await putBytes(store.url, 'ab'.repeat(32), object(1))).status, 422);
  const socket = await openSocket(store.port);
  socket.write(`POST /objects HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`);
  socket.write(object(1).subarray(0, 500));
  await until(
    async () => (await statistics(store.url)).reserved_bytes === charge,
    'the upload set room aside',
  );
  socket.destroy();
  await until(async () => (await statistics(store.url)).reserved_bytes === 0, 'the room was given back');
  assert.is((await statistics(store.url)).disk_bytes, 0);
  await store.service.stop();
});

test('a delete makes room, and the same object put at the same time is counted once', async () => {
  const store = await runningStore({ quotaBytes: 8 * charge });
  const put = (): Promise<Response> => putBytes(store.url, digestOf(object(1)), object(1));
  const statuses = (await Promise.all([put(), put(), put(), put()])).map((response) => response.status);
  assert.equal(statuses.sort(), [200, 200, 200, 201]);
  assert.is((await statistics(store.url)).disk_bytes, charge);
  await fetch(`${store.url}/objects/${digestOf(object(1))}`, { method: 'DELETE' });
  assert.is((await statistics(store.url)).disk_bytes, 0);
  assert.is((await statistics(store.url)).objects, 0);
  await store.service.stop();
});

test('what is stored counts after a restart as before', async () => {
  const first = await runningStore({ quotaBytes: 3 * charge });
  for (const seed of [1, 2, 3]) await putBytes(first.url, digestOf(object(seed)), object(seed));
  const before = await statistics(first.url);
  await first.service.stop();
  const second = await runningStore({ quotaBytes: 3 * charge, dataFolder: first.folder });
  const after = await statistics(second.url);
  assert.equal(
    [after.objects, after.object_bytes, after.disk_bytes],
    [before.objects, before.object_bytes, before.disk_bytes],
  );
  assert.is((await putBytes(second.url, digestOf(object(4)), object(4))).status, 507);
  await second.service.stop();
});

test('the reserve of free space is kept, also against what other uploads have not written yet', async () => {
  const disk = new ModelDisk('/disk');
  disk.free = 5 * charge;
  const store = await ObjectStore.open(
    disk,
    { folder: '/disk', quotaBytes: null, freeReserveBytes: 3 * charge, maxObjectBytes: 1e9 },
    () => {},
  );
  const first = await store.receive(size);
  const second = await store.receive(size);
  const refusal = await store.receive(size).catch((error: Error) => error);
  assert.match(String(refusal), 'the disk is full');
  await first.abandon();
  const third = await store.receive(size);
  await second.abandon();
  await third.abandon();
  assert.is((await store.statistics()).reserved_bytes, 0);
});

test.run();

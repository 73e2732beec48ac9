import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf } from './acknowledged-writer.ts';
import { openSocket, readToEnd, statusOf } from './raw-http.ts';
import { putBytes, runningStore } from './running-store.ts';
import { seededBytes, seededRandom } from './seeded-random.ts';

const bytes = seededBytes(1, 1000);
const digest = digestOf(bytes);

test('409: the object is removed while it is put again, so nothing was stored', async () => {
  const store = await runningStore();
  await putBytes(store.url, digest, bytes);
  const socket = await openSocket(store.port);
  const head = `PUT /objects/${digest} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\n`;
  socket.write(head);
  await new Promise((resolve) => socket.once('data', resolve));
  assert.is((await fetch(`${store.url}/objects/${digest}`, { method: 'DELETE' })).status, 204);
  socket.write(bytes);
  assert.is(statusOf(await readToEnd(socket)), 409);
  assert.is((await fetch(`${store.url}/objects/${digest}`)).status, 404);
  await store.service.stop();
});

test('a download that began before the delete ends whole', async () => {
  const store = await runningStore();
  const large = Buffer.alloc(16 * 1024 * 1024, 'large');
  await putBytes(store.url, digestOf(large), large);
  const response = await fetch(`${store.url}/objects/${digestOf(large)}`);
  assert.is((await fetch(`${store.url}/objects/${digestOf(large)}`, { method: 'DELETE' })).status, 204);
  // The file is still open for the download, but nobody else gets it.
  assert.is((await fetch(`${store.url}/objects/${digestOf(large)}`)).status, 404);
  assert.ok(large.equals(Buffer.from(await response.arrayBuffer())));
  await store.service.stop();
});

test('puts, gets and deletes of few objects in any order: reads are whole or 404, and the count is right', async () => {
  const store = await runningStore();
  const random = seededRandom(9);
  const objects = [2, 3, 4].map((seed) => seededBytes(seed, seed * 50_000));
  const one = async (): Promise<void> => {
    const object = objects[Math.floor(random() * objects.length)]!;
    const address = `${store.url}/objects/${digestOf(object)}`;
    const kind = random();
    if (kind < 0.4) {
      const { status } = await putBytes(store.url, digestOf(object), object);
      assert.ok([200, 201, 409].includes(status), String(status));
    } else if (kind < 0.6) {
      const { status } = await fetch(address, { method: 'DELETE' });
      assert.ok([204, 404].includes(status), String(status));
    } else {
      const response = await fetch(address);
      const content = Buffer.from(await response.arrayBuffer());
      assert.ok(response.status === 404 || (response.status === 200 && content.equals(object)));
    }
  };
  const worker = async (): Promise<void> => {
    for (let count = 0; count < 40; count++) await one();
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  const page = (await (await fetch(`${store.url}/objects`)).json()) as { objects: { size: number }[] };
  const figures = (await (await fetch(`${store.url}/statistics`)).json()) as Record<string, number>;
  assert.is(figures.objects, page.objects.length);
  assert.is(
    figures.object_bytes,
    page.objects.reduce((sum, { size }) => sum + size, 0),
  );
  assert.is(figures.corruptions_found, 0);
  assert.is(figures.reserved_bytes, 0);
  await store.service.stop();
});

test.run();

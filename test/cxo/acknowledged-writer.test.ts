import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf, objectOf, verifyAll, writeUntilCut } from './acknowledged-writer.ts';
import { runningStore } from './running-store.ts';

test('objects depend on seed and number alone', () => {
  assert.ok(objectOf(1, 2).equals(objectOf(1, 2)));
  const digests = new Set(
    [1, 2].flatMap((seed) => [0, 1, 2, 3].map((index) => digestOf(objectOf(seed, index)))),
  );
  assert.is(digests.size, 8);
});

test('what was acknowledged is listed, and a lost object is found', async () => {
  const store = await runningStore();
  const stop = new AbortController();
  let count = 0;
  const acknowledged = await writeUntilCut(store.url, {
    signal: stop.signal,
    seed: 1,
    onAcknowledged: () => {
      if (++count === 30) stop.abort();
    },
  });
  assert.ok(acknowledged.length >= 30);
  assert.equal(await verifyAll(store.url, acknowledged), {
    intact: acknowledged.length,
    lost: [],
    wrong: [],
  });
  const lost = acknowledged[7]!;
  rmSync(join(store.folder, 'objects', lost.slice(0, 2), lost));
  assert.ok((await verifyAll(store.url, acknowledged)).lost.includes(lost));
  await store.service.stop();
});

test('a server that hands out other bytes is found', async () => {
  const liar = createServer((_, response) => response.end('other bytes')).listen(0, '127.0.0.1');
  await new Promise((resolve) => liar.once('listening', resolve));
  const url = `http://127.0.0.1:${(liar.address() as AddressInfo).port}`;
  assert.equal((await verifyAll(url, ['ab'.repeat(32)])).wrong, ['ab'.repeat(32)]);
  liar.close();
  liar.closeAllConnections();
});

test('a store that refuses is no power cut', async () => {
  const store = await runningStore({ quotaBytes: 40_000 });
  const failure = await writeUntilCut(store.url, { signal: AbortSignal.timeout(20_000), seed: 1 }).catch(
    (error: Error) => error.message,
  );
  assert.match(String(failure), 'was answered with 507');
  await store.service.stop();
});

test.run();

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf } from './acknowledged-writer.ts';
import { putBytes, runningStore, until } from './running-store.ts';
import { seededBytes } from './seeded-random.ts';

test('damage that nobody reads is found in the background, and the rest is left alone', async () => {
  const first = await runningStore();
  const objects = [1, 2, 3].map((seed) => seededBytes(seed, 100_000));
  for (const bytes of objects) await putBytes(first.url, digestOf(bytes), bytes);
  await first.service.stop();
  const damaged = digestOf(objects[1]!);
  const file = join(first.folder, 'objects', damaged.slice(0, 2), damaged);
  const content = readFileSync(file);
  content[70_000]! ^= 1;
  writeFileSync(file, content);

  const store = await runningStore({
    dataFolder: first.folder,
    scrubBytesPerSecond: 100_000_000,
    scrubPauseMs: 10,
  });
  await until(() => store.service.scrubber.passes >= 2, 'two passes are done');
  const found = store.events.filter(({ event }) => event === 'object-quarantined');
  assert.equal(
    found.map(({ fields }) => fields.digest),
    [damaged],
  );
  assert.is((await fetch(`${store.url}/objects/${digestOf(objects[0]!)}`)).status, 200);
  await store.service.stop();
});

test('the rate is kept: a pass takes at least as long as its bytes do', async () => {
  const first = await runningStore();
  const bytes = seededBytes(1, 200_000);
  await putBytes(first.url, digestOf(bytes), bytes);
  await first.service.stop();
  const started = performance.now();
  const store = await runningStore({ dataFolder: first.folder, scrubBytesPerSecond: 400_000 });
  await until(() => store.service.scrubber.passes === 1, 'a pass is done');
  assert.ok(performance.now() - started >= 480);
  await store.service.stop();
});

test('a scrub under way does not hold up the stop', async () => {
  const first = await runningStore();
  const bytes = seededBytes(1, 200_000);
  await putBytes(first.url, digestOf(bytes), bytes);
  await first.service.stop();
  const store = await runningStore({ dataFolder: first.folder, scrubBytesPerSecond: 10 });
  await until(() => store.service.scrubber.bytes > 0, 'the scrub began');
  assert.is(await store.service.stop(), true);
  assert.not.ok(store.events.some(({ event }) => event === 'scrub-failed'));
});

test.run();

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf } from './acknowledged-writer.ts';
import { putBytes, type RunningStore, runningStore } from './running-store.ts';
import { seededRandom } from './seeded-random.ts';

interface Page {
  readonly objects: readonly { sha256: string; size: number }[];
  readonly next: string | null;
}

let store: RunningStore;
const stable = Array.from({ length: 150 }, (_, index) => Buffer.from(`stable ${index}`));
const stableDigests = stable.map(digestOf).sort();

test.before(async () => {
  store = await runningStore();
  for (const bytes of stable) await putBytes(store.url, digestOf(bytes), bytes);
});
test.after(async () => {
  await store.service.stop();
});

async function page(query: string): Promise<Page> {
  return (await (await fetch(`${store.url}/objects${query}`)).json()) as Page;
}

/** Walks all pages; `between` runs after each. */
async function walk(limit: number, between: () => Promise<void> = async () => {}): Promise<string[]> {
  const seen: string[] = [];
  for (let query = `?limit=${limit}`; ; ) {
    const { objects, next } = await page(query);
    assert.ok(objects.length <= limit);
    seen.push(...objects.map((object) => object.sha256));
    if (next === null) return seen;
    assert.is(next, seen.at(-1));
    query = `?limit=${limit}&after=${next}`;
    await between();
  }
}

test('pages of any size list everything once, in order, with sizes', async () => {
  for (const limit of [1, 7, 149, 150, 151, 1000]) assert.equal(await walk(limit), stableDigests);
  const first = (await page('?limit=1')).objects[0]!;
  assert.is(first.size, stable.find((bytes) => digestOf(bytes) === first.sha256)!.length);
});

test('Link names the next page', async () => {
  const response = await fetch(`${store.url}/objects?limit=10`);
  const link = /^<(.+)>; rel="next"$/.exec(response.headers.get('link') ?? '')![1]!;
  const next = (await (await fetch(store.url + link)).json()) as Page;
  assert.equal(
    next.objects.map((object) => object.sha256),
    stableDigests.slice(10, 20),
  );
  const last = await fetch(`${store.url}/objects?limit=1000`);
  assert.is(last.headers.get('link'), null);
});

test('what is there all the time is listed exactly once while others come and go', async () => {
  const random = seededRandom(7);
  let count = 0;
  const passing: Buffer[] = [];
  const seen = await walk(9, async () => {
    const bytes = Buffer.from(`passing ${count++}`);
    passing.push(bytes);
    await putBytes(store.url, digestOf(bytes), bytes);
    const gone = passing[Math.floor(random() * passing.length)]!;
    await fetch(`${store.url}/objects/${digestOf(gone)}`, { method: 'DELETE' });
  });
  assert.equal(
    seen.filter((digest) => stableDigests.includes(digest)),
    stableDigests,
  );
  assert.is(new Set(seen).size, seen.length);
  assert.equal(seen, [...seen].sort());
  for (const bytes of passing) await fetch(`${store.url}/objects/${digestOf(bytes)}`, { method: 'DELETE' });
});

test('the page after an object that is gone goes on behind its place', async () => {
  const { objects } = await page(`?after=${'0'.repeat(64)}&limit=1`);
  assert.is(objects[0]!.sha256, stableDigests[0]);
  assert.equal(await page(`?after=${'f'.repeat(64)}`), { objects: [], next: null });
});

test('a file that the store did not write is not listed', async () => {
  writeFileSync(join(store.folder, 'objects', 'ab', 'notes.txt'), 'foreign');
  writeFileSync(join(store.folder, 'objects', 'ab', 'cd'.repeat(32)), 'in the wrong folder');
  assert.equal(await walk(50), stableDigests);
});

test('400: queries that are not possible', async () => {
  for (const query of [
    '?limit=0',
    '?limit=1001',
    '?limit=x',
    '?limit=',
    '?after=x',
    '?after=',
    `?after=${'A'.repeat(64)}`,
    '?offset=3',
    '?limit=1&limit=2',
  ]) {
    const response = await fetch(`${store.url}/objects${query}`);
    assert.is(response.status, 400, query);
    assert.is(((await response.json()) as { error: string }).error, 'bad-query');
  }
});

test.run();

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sha256 } from '../../recipes/cxo/storage/digest.ts';
import { encodeTail } from '../../recipes/cxo/storage/object-format.ts';
import type { StoreStatistics } from '../../recipes/cxo/storage/store-types.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { runningStore } from './running-store.ts';

/** More than two pages for each of the 256 folders, and quick to make. */
const count = Number(process.env.CXO_TEST_OBJECTS ?? 10_000);

test(`a store of ${count} objects starts, counts them right and lists each once`, async () => {
  const folder = temporaryFolder('cxo');
  for (let index = 0; index < 256; index++) {
    mkdirSync(join(folder, 'objects', index.toString(16).padStart(2, '0')), { recursive: true });
  }
  let bytes = 0;
  for (let index = 0; index < count; index++) {
    const content = Buffer.from(`object ${index}`);
    const sum = sha256(content);
    const digest = sum.toString('hex');
    const file = Buffer.concat([content, encodeTail(digest, content.length, sum)]);
    writeFileSync(join(folder, 'objects', digest.slice(0, 2), digest), file);
    bytes += content.length;
  }
  const started = performance.now();
  const store = await runningStore({ dataFolder: folder });
  console.log(`started with ${count} objects in ${Math.round(performance.now() - started)} ms`);
  const figures = (await (await fetch(`${store.url}/statistics`)).json()) as StoreStatistics;
  assert.is(figures.objects, count);
  assert.is(figures.object_bytes, bytes);
  assert.is(figures.disk_bytes, count * 4096);
  let listed = 0;
  let last = '';
  for (let next: string | null = '0'.repeat(64); next !== null; ) {
    const response = await fetch(`${store.url}/objects?limit=1000&after=${next}`);
    const page = (await response.json()) as { objects: { sha256: string }[]; next: string | null };
    for (const { sha256: digest } of page.objects) {
      assert.ok(digest > last);
      last = digest;
      listed++;
    }
    next = page.next;
  }
  assert.is(listed, count);
  await store.service.stop();
});

test.run();

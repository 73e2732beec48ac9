import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readRange } from '../../recipes/cxo/http/byte-range.ts';
import { digestOf } from './acknowledged-writer.ts';
import { putBytes, type RunningStore, runningStore } from './running-store.ts';
import { seededBytes, seededRandom } from './seeded-random.ts';

const bytes = seededBytes(5, 3 * 65_536 + 100);
const digest = digestOf(bytes);
const size = bytes.length;
let store: RunningStore;

test.before(async () => {
  store = await runningStore();
  await putBytes(store.url, digest, bytes);
});
test.after(async () => {
  await store.service.stop();
});

async function get(headers: Record<string, string>, method = 'GET'): Promise<Response> {
  return await fetch(`${store.url}/objects/${digest}`, { headers, method });
}

async function isPart(range: string, first: number, last: number): Promise<void> {
  const response = await get({ Range: range });
  assert.is(response.status, 206, range);
  assert.is(response.headers.get('content-range'), `bytes ${first}-${last}/${size}`);
  assert.is(response.headers.get('content-length'), String(last - first + 1));
  assert.ok(Buffer.from(await response.arrayBuffer()).equals(bytes.subarray(first, last + 1)), range);
}

async function isWhole(headers: Record<string, string>): Promise<void> {
  const response = await get(headers);
  assert.is(response.status, 200, JSON.stringify(headers));
  assert.is(response.headers.get('content-range'), null);
  assert.ok(Buffer.from(await response.arrayBuffer()).equals(bytes));
}

test('one range: from, to, both, and the end', async () => {
  await isPart('bytes=0-0', 0, 0);
  await isPart('bytes=0-', 0, size - 1);
  await isPart(`bytes=${size - 1}-`, size - 1, size - 1);
  await isPart('bytes=-1', size - 1, size - 1);
  await isPart(`bytes=-${size + 5}`, 0, size - 1);
  await isPart('bytes=65530-65545', 65_530, 65_545);
  await isPart('bytes=65536-131071', 65_536, 131_071);
  await isPart('bytes=100-99999999', 100, size - 1);
  await isPart('BYTES= 5-9 ', 5, 9);
});

test('random ranges hold the bytes they name', async () => {
  const random = seededRandom(6);
  for (let round = 0; round < 60; round++) {
    const first = Math.floor(random() * size);
    const last = first + Math.floor(random() * (size - first));
    await isPart(`bytes=${first}-${last}`, first, last);
  }
});

test('416: behind the end', async () => {
  for (const range of [`bytes=${size}-`, 'bytes=-0', 'bytes=999999999-']) {
    const response = await get({ Range: range });
    assert.is(response.status, 416, range);
    assert.is(response.headers.get('content-range'), `bytes */${size}`);
    await response.arrayBuffer();
  }
});

test('several ranges, other units and malformed ones get the whole object', async () => {
  for (const range of [
    'bytes=0-1,5-6',
    'lines=1-2',
    'bytes=',
    'bytes=-',
    'bytes=5-4',
    'bytes=a-b',
    'bytes=1',
  ])
    await isWhole({ Range: range });
});

test('If-Range: only the strong tag of this object keeps the range', async () => {
  const kept = await get({ Range: 'bytes=0-9', 'If-Range': `"${digest}"` });
  assert.is(kept.status, 206);
  await kept.arrayBuffer();
  await isWhole({ Range: 'bytes=0-9', 'If-Range': `W/"${digest}"` });
  await isWhole({ Range: 'bytes=0-9', 'If-Range': '"other"' });
  await isWhole({ Range: 'bytes=0-9', 'If-Range': 'Wed, 21 Oct 2015 07:28:00 GMT' });
});

test('HEAD does not know ranges', async () => {
  const response = await get({ Range: 'bytes=0-9' }, 'HEAD');
  assert.is(response.status, 200);
  assert.is(response.headers.get('content-length'), String(size));
});

test('an empty object has no satisfiable range', () => {
  assert.is(readRange('bytes=0-', 0), 'unsatisfiable');
  assert.is(readRange('bytes=-5', 0), 'unsatisfiable');
  assert.is(readRange(undefined, 0), null);
});

test.run();

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BlockSums } from '../../recipes/cxo/storage/block-sums.ts';
import { sha256 } from '../../recipes/cxo/storage/digest.ts';
import { encodeTail } from '../../recipes/cxo/storage/object-format.ts';
import type { StoreStatistics } from '../../recipes/cxo/storage/store-types.ts';
import { digestOf } from './acknowledged-writer.ts';
import { failure, ModelDisk } from './model-disk.ts';
import { sendRaw } from './raw-http.ts';
import { putBytes, type RunningStore, runningStore } from './running-store.ts';
import { seededBytes } from './seeded-random.ts';
import { wrapFileSystem } from './wrapped-file-system.ts';

const small = seededBytes(1, 1000);
const large = seededBytes(2, 5 * 65_536 + 10);
let store: RunningStore;

test.before(async () => {
  store = await runningStore();
});
test.after(async () => {
  await store.service.stop();
});

function fileOf(bytes: Buffer, folder = store.folder): string {
  const digest = digestOf(bytes);
  return join(folder, 'objects', digest.slice(0, 2), digest);
}

async function get(
  bytes: Buffer,
  headers: Record<string, string> = {},
): Promise<Buffer | number | 'broken off'> {
  const response = await fetch(`${store.url}/objects/${digestOf(bytes)}`, { headers });
  try {
    const content = Buffer.from(await response.arrayBuffer());
    return response.ok ? content : response.status;
  } catch {
    return 'broken off';
  }
}

async function statistics(): Promise<StoreStatistics> {
  return (await (await fetch(`${store.url}/statistics`)).json()) as StoreStatistics;
}

/** Every part of a file at its first, middle and last byte. */
function offsets(bytes: Buffer, file: Buffer): number[] {
  const tail = file.length - 88;
  const fields = [0, 8, 12, 16, 24, 56].map((offset) => tail + offset);
  return [0, bytes.length >> 1, bytes.length - 1, bytes.length, tail - 1, ...fields, file.length - 1];
}

test('a flipped bit anywhere in a file: never served, quarantined, counted, and a new put repairs it', async () => {
  for (const bytes of [small, large]) {
    await putBytes(store.url, digestOf(bytes), bytes);
    const good = readFileSync(fileOf(bytes));
    for (const offset of offsets(bytes, good)) {
      const before = await statistics();
      const bad = Buffer.from(good);
      bad[offset]! ^= 0x10;
      writeFileSync(fileOf(bytes), bad);
      const got = await get(bytes);
      assert.ok(got === 500 || got === 'broken off', `offset ${offset}: ${String(got).slice(0, 20)}`);
      // A damage that shows before the first byte is answered in words.
      if (bytes === small || offset < 65_536 || offset >= bytes.length) assert.is(got, 500);
      assert.is(await get(bytes), 404);
      const after = await statistics();
      assert.is(after.corruptions_found, before.corruptions_found + 1);
      assert.is(after.quarantined_files, before.quarantined_files + 1);
      assert.is(after.objects, before.objects - 1);
      assert.is(after.disk_bytes, before.disk_bytes);
      assert.is((await putBytes(store.url, digestOf(bytes), bytes)).status, 201);
      assert.ok(bytes.equals((await get(bytes)) as Buffer));
    }
  }
  assert.ok(
    store.events.some(
      ({ event, fields }) => event === 'object-quarantined' && fields.digest === digestOf(small),
    ),
  );
  assert.match(await (await fetch(`${store.url}/metrics`)).text(), /^cxo_corruptions_total [1-9]/m);
});

test('files that are cut short, too long, empty or those of another object', async () => {
  await putBytes(store.url, digestOf(small), small);
  await putBytes(store.url, digestOf(large), large);
  const good = readFileSync(fileOf(large));
  const bads = [
    good.subarray(0, good.length - 1),
    good.subarray(0, 65_536),
    Buffer.alloc(0),
    Buffer.concat([good, Buffer.alloc(1)]),
    Buffer.alloc(good.length),
    readFileSync(fileOf(small)),
  ];
  for (const bad of bads) {
    writeFileSync(fileOf(large), bad);
    assert.is(await get(large), 500, `${bad.length} bytes`);
    assert.is(await get(large), 404);
    await putBytes(store.url, digestOf(large), large);
  }
});

test('a list of sums that fits the wrong bytes does not make them whole', async () => {
  await putBytes(store.url, digestOf(large), large);
  const wrong = Buffer.from(large);
  wrong[100]! ^= 1;
  const sums = new BlockSums();
  for (let start = 0; start < wrong.length; start += 65_536)
    sums.push(sha256(wrong.subarray(start, start + 65_536)));
  writeFileSync(fileOf(large), Buffer.concat([wrong, encodeTail(digestOf(large), wrong.length, sums.bytes)]));
  assert.is(await get(large), 'broken off');
  assert.is(await get(large), 404);
  const one = Buffer.alloc(small.length);
  await putBytes(store.url, digestOf(small), small);
  writeFileSync(fileOf(small), Buffer.concat([one, encodeTail(digestOf(small), one.length, sha256(one))]));
  assert.is(await get(small), 500);
});

test('what follows a broken-off answer on the same connection is never taken for the rest of it', async () => {
  await putBytes(store.url, digestOf(large), large);
  const bad = readFileSync(fileOf(large));
  bad[3 * 65_536]! ^= 1;
  writeFileSync(fileOf(large), bad);
  const answers = await sendRaw(
    store.port,
    `GET /objects/${digestOf(large)} HTTP/1.1\r\nHost: a\r\n\r\nGET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
  );
  assert.is(answers.match(/HTTP\/1\.1 200 OK/g)?.length, 1);
});

test('a range is verified on its own: an intact one is served, a damaged one is not', async () => {
  await putBytes(store.url, digestOf(large), large);
  const bad = readFileSync(fileOf(large));
  bad[2 * 65_536 + 5]! ^= 1;
  writeFileSync(fileOf(large), bad);
  const intact = (await get(large, { Range: 'bytes=10-131071' })) as Buffer;
  assert.ok(intact.equals(large.subarray(10, 131_072)));
  assert.is(await get(large, { Range: 'bytes=131072-131073' }), 500);
  assert.is(await get(large), 404);
});

test('HEAD of an object whose sums are damaged is no 200', async () => {
  await putBytes(store.url, digestOf(small), small);
  const bad = readFileSync(fileOf(small));
  bad[bad.length - 1]! ^= 1;
  writeFileSync(fileOf(small), bad);
  const response = await fetch(`${store.url}/objects/${digestOf(small)}`, { method: 'HEAD' });
  assert.is(response.status, 500);
});

test('a put of an object whose stored copy is damaged stores it anew', async () => {
  await putBytes(store.url, digestOf(large), large);
  for (const method of ['PUT', 'POST']) {
    const bad = readFileSync(fileOf(large));
    bad[300]! ^= 1;
    writeFileSync(fileOf(large), bad);
    const address = method === 'PUT' ? `/${digestOf(large)}` : '';
    const put = await fetch(`${store.url}/objects${address}`, { method, body: new Uint8Array(large) });
    assert.is(put.status, 201);
    assert.ok(large.equals((await get(large)) as Buffer));
  }
});

test('readers that meet a damaged object at the same time quarantine it once', async () => {
  await putBytes(store.url, digestOf(large), large);
  const before = await statistics();
  const bad = readFileSync(fileOf(large));
  bad[4 * 65_536]! ^= 1;
  writeFileSync(fileOf(large), bad);
  const got = await Promise.all(Array.from({ length: 8 }, () => get(large)));
  assert.ok(got.every((one) => one === 'broken off' || one === 500 || one === 404));
  assert.is((await statistics()).quarantined_files, before.quarantined_files + 1);
});

test('a suspicion that a second look does not confirm moves nothing: the object may be a new one', async () => {
  await putBytes(store.url, digestOf(small), small);
  await store.service.store.suspect(digestOf(small), 'made by a test');
  assert.ok(small.equals((await get(small)) as Buffer));
  assert.is(store.events.at(-1)!.event, 'damage-not-confirmed');
});

test('quarantine holds the damaged files, and can be emptied', async () => {
  const files = readdirSync(join(store.folder, 'quarantine'));
  const before = await statistics();
  assert.ok(files.length > 10);
  assert.is(files.length, before.quarantined_files);
  const emptied = await fetch(`${store.url}/quarantine`, { method: 'DELETE' });
  assert.equal(await emptied.json(), { removed: files.length });
  const after = await statistics();
  assert.equal([after.quarantined_files, after.quarantined_disk_bytes], [0, 0]);
  assert.is(after.disk_bytes, before.disk_bytes - before.quarantined_disk_bytes);
});

test('a file that has an impossible size is quarantined at the start', async () => {
  await putBytes(store.url, digestOf(small), small);
  writeFileSync(fileOf(small), 'cut');
  const next = await runningStore({ dataFolder: store.folder });
  assert.ok(next.events.some(({ event }) => event === 'object-quarantined'));
  assert.is((await fetch(`${next.url}/objects/${digestOf(small)}`)).status, 404);
  await next.service.stop();
});

test('a medium that cannot be read: quarantined; too few descriptors: not', async () => {
  for (const [code, status] of [
    ['EIO', 404],
    ['EMFILE', 200],
  ] as const) {
    let broken = false;
    const failing = wrapFileSystem(new ModelDisk('/disk'), async (call, run) => {
      if (broken && (call.name === 'file.read' || (code === 'EMFILE' && call.name === 'openForReading')))
        throw failure(code);
      return await run();
    });
    const other = await runningStore({ dataFolder: '/disk' }, failing);
    await putBytes(other.url, digestOf(small), small);
    broken = true;
    assert.is((await fetch(`${other.url}/objects/${digestOf(small)}`)).status, 500);
    broken = false;
    assert.is((await fetch(`${other.url}/objects/${digestOf(small)}`)).status, status, code);
    await other.service.stop();
  }
});

test('a damaged object that cannot be moved away is still never served, and replaced by a put', async () => {
  const disk = new ModelDisk('/disk');
  let stuck = false;
  const failing = wrapFileSystem(disk, async (call, run) => {
    if (stuck && call.name === 'file.read') {
      const length = (await run()) as number;
      return Math.max(0, length - 1);
    }
    if (stuck && call.name === 'rename' && call.path.includes('objects')) throw failure('EROFS');
    return await run();
  });
  const other = await runningStore({ dataFolder: '/disk' }, failing);
  await putBytes(other.url, digestOf(small), small);
  stuck = true;
  for (const _ of [1, 2]) assert.is((await fetch(`${other.url}/objects/${digestOf(small)}`)).status, 500);
  assert.ok(other.events.some(({ event }) => event === 'quarantine-failed'));
  assert.is((await putBytes(other.url, digestOf(small), small)).status, 201);
  stuck = false;
  const figures = (await (await fetch(`${other.url}/statistics`)).json()) as StoreStatistics;
  assert.is(figures.objects, 1);
  assert.is((await fetch(`${other.url}/objects/${digestOf(small)}`)).status, 200);
  await other.service.stop();
});

test.run();

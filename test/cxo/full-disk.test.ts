import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { StoreStatistics } from '../../recipes/cxo/storage/store-types.ts';
import { digestOf } from './acknowledged-writer.ts';
import { failure, ModelDisk } from './model-disk.ts';
import { putBytes, runningStore } from './running-store.ts';
import { seededBytes } from './seeded-random.ts';
import { type Call, wrapFileSystem } from './wrapped-file-system.ts';

const bytes = seededBytes(1, 150_000);
const digest = digestOf(bytes);
const other = seededBytes(2, 70_000);

interface Trial {
  readonly status: number;
  readonly failed: Call | null;
  readonly disk: ModelDisk;
  readonly after: StoreStatistics;
  readonly laterStatus: number;
}

/** Does a request whose call number `at` fails with `code`, then looks at what is left and puts another object. */
async function failAt(
  at: number,
  code: string,
  request: (url: string) => Promise<Response>,
  prepare: (url: string) => Promise<unknown> = async () => {},
): Promise<Trial> {
  const disk = new ModelDisk('/disk');
  let count = Number.NEGATIVE_INFINITY;
  let failed: Call | null = null;
  const failing = wrapFileSystem(disk, async (call, run) => {
    // What fails when a disk is full or broken is not the closing.
    if (call.name !== 'file.close' && ++count === at) {
      failed = call;
      throw failure(code);
    }
    return await run();
  });
  const store = await runningStore({ dataFolder: '/disk', quotaBytes: 1_000_000 }, failing);
  try {
    await prepare(store.url);
    count = 0;
    // An answer that is broken off is as good as a status 500 here.
    const status = await request(store.url).then(
      (response) =>
        response.arrayBuffer().then(
          () => response.status,
          () => 500,
        ),
      () => 500,
    );
    count = Number.NEGATIVE_INFINITY;
    const after = (await (await fetch(`${store.url}/statistics`)).json()) as StoreStatistics;
    const laterStatus = (await putBytes(store.url, digestOf(other), other)).status;
    return { status, failed, disk, after, laterStatus };
  } finally {
    await store.service.stop();
  }
}

const put = (url: string): Promise<Response> => putBytes(url, digest, bytes);

test('ENOSPC at any call of a put: 507, nothing is left of it, and the next put works', async () => {
  const writing = ['createFile', 'file.write', 'file.sync', 'rename', 'syncFolder'];
  const seen = new Set<string>();
  for (let at = 1; ; at++) {
    const trial = await failAt(at, 'ENOSPC', put);
    if (trial.failed === null) {
      assert.is(trial.status, 201);
      break;
    }
    if (!writing.includes(trial.failed.name)) continue;
    seen.add(trial.failed.name);
    assert.is(trial.status, 507, trial.failed.name);
    assert.equal(await trial.disk.names('/disk/incoming'), []);
    assert.equal([trial.after.objects, trial.after.disk_bytes, trial.after.reserved_bytes], [0, 0, 0]);
    assert.is(trial.disk.openFiles, 0, `${trial.failed.name} left a descriptor open`);
    assert.is(trial.laterStatus, 201);
  }
  assert.equal([...seen], writing);
});

test('EIO at any call of every kind of request: an error, no leak, no wrong count', async () => {
  const requests = [
    { prepare: async () => {}, request: put },
    { prepare: put, request: put },
    {
      prepare: put,
      request: (url: string) => fetch(`${url}/objects`, { method: 'POST', body: new Uint8Array(bytes) }),
    },
    { prepare: put, request: (url: string) => fetch(`${url}/objects/${digest}`, { method: 'DELETE' }) },
    { prepare: put, request: (url: string) => fetch(`${url}/objects/${digest}`) },
    { prepare: put, request: (url: string) => fetch(`${url}/objects`) },
    { prepare: put, request: (url: string) => fetch(`${url}/quarantine`, { method: 'DELETE' }) },
  ];
  for (const { prepare, request } of requests) {
    for (let at = 1; ; at++) {
      const trial = await failAt(at, 'EIO', request, prepare);
      if (trial.failed === null) {
        assert.ok(trial.status < 300);
        assert.is(trial.disk.openFiles, 0);
        break;
      }
      const at_ = `${trial.failed.name} ${trial.failed.path}`;
      // An unreadable stored copy is dealt with: the put replaces it.
      assert.ok([200, 201, 204, 500].includes(trial.status), `${at_}: ${trial.status}`);
      assert.is(trial.disk.openFiles, 0, `${at_} left a descriptor open`);
      assert.is(trial.after.reserved_bytes, 0, at_);
      const leftover = (await trial.disk.names('/disk/incoming')).length > 0;
      // Only when removing itself fails may a file stay; then its room stays booked.
      assert.is(leftover, trial.failed.name === 'removeFile' && trial.failed.path.includes('incoming'), at_);
      assert.is(trial.laterStatus, 201, at_);
    }
  }
});

test('a failed acknowledgement does not hide an object that could not be taken back', async () => {
  const disk = new ModelDisk('/disk');
  let broken = false;
  const failing = wrapFileSystem(disk, async (call, run) => {
    if (broken && (call.name === 'syncFolder' || call.name === 'removeFile')) throw failure('EIO');
    return await run();
  });
  const store = await runningStore({ dataFolder: '/disk' }, failing);
  broken = true;
  assert.is((await put(store.url)).status, 500);
  broken = false;
  const figures = (await (await fetch(`${store.url}/statistics`)).json()) as StoreStatistics;
  assert.is(figures.objects, 1);
  assert.ok(store.events.some(({ event }) => event === 'request-failed'));
  assert.is((await put(store.url)).status, 200);
  await store.service.stop();
});

test('a store whose disk is full starts, reads and deletes', async () => {
  const disk = new ModelDisk('/disk');
  const first = await runningStore({ dataFolder: '/disk' }, disk);
  await put(first.url);
  await first.service.stop();
  const full = wrapFileSystem(disk, async (call, run) => {
    if (call.name === 'createFile' || call.name === 'file.write') throw failure('ENOSPC');
    return await run();
  });
  disk.free = 0;
  const store = await runningStore({ dataFolder: '/disk', freeReserveBytes: 4096 }, full);
  assert.is((await putBytes(store.url, digestOf(other), other)).status, 507);
  const got = await fetch(`${store.url}/objects/${digest}`);
  assert.ok(Buffer.from(await got.arrayBuffer()).equals(bytes));
  assert.is((await fetch(`${store.url}/objects/${digest}`, { method: 'DELETE' })).status, 204);
  await store.service.stop();
});

test('an error that is none of the disk is 500 and named in the log, not in the answer', async () => {
  const disk = new ModelDisk('/disk');
  const failing = wrapFileSystem(disk, async (call, run) => {
    if (call.name === 'freeBytes') throw new Error('a secret place');
    return await run();
  });
  const store = await runningStore({ dataFolder: '/disk' }, failing);
  const response = await put(store.url);
  assert.is(response.status, 500);
  assert.not.match(await response.text(), 'secret');
  assert.match(JSON.stringify(store.events), 'a secret place');
  await store.service.stop();
});

test.run();

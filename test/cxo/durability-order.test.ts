import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { FileSystem } from '../../recipes/cxo/storage/file-system.ts';
import { digestOf } from './acknowledged-writer.ts';
import { ModelDisk } from './model-disk.ts';
import { putBytes, runningStore } from './running-store.ts';
import { seededBytes } from './seeded-random.ts';
import { type Call, wrapFileSystem } from './wrapped-file-system.ts';

const bytes = seededBytes(1, 150_000);
const digest = digestOf(bytes);
const fanOut = `/disk/objects/${digest.slice(0, 2)}`;

/** Names of the calls that change something or make it durable, with the response among them. */
async function recorded(
  request: (url: string) => Promise<Response>,
  before: (url: string) => Promise<unknown> = async () => {},
  leaveOut: (call: Call) => boolean = () => false,
): Promise<string[]> {
  const order: string[] = [];
  const changes = [
    'createFile',
    'file.write',
    'file.sync',
    'rename',
    'removeFile',
    'syncFolder',
    'makeFolder',
  ];
  const recording: FileSystem = wrapFileSystem(new ModelDisk('/disk'), async (call, run) => {
    if (leaveOut(call)) return undefined;
    const result = await run();
    if (changes.includes(call.name)) order.push(`${call.name} ${call.path}`);
    return result;
  });
  const store = await runningStore({ dataFolder: '/disk' }, recording);
  try {
    await before(store.url);
    order.length = 0;
    const response = await request(store.url);
    order.push(`response ${response.status}`);
    return order;
  } finally {
    await store.service.stop();
  }
}

const put = (url: string): Promise<Response> => putBytes(url, digest, bytes);
const remove = (url: string): Promise<Response> => fetch(`${url}/objects/${digest}`, { method: 'DELETE' });
const post = (url: string): Promise<Response> =>
  fetch(`${url}/objects`, { method: 'POST', body: new Uint8Array(bytes) });

const durablePut = [
  'createFile /disk/incoming/0',
  'file.write /disk/incoming/0',
  'file.write /disk/incoming/0',
  'file.write /disk/incoming/0',
  'file.write /disk/incoming/0',
  'file.sync /disk/incoming/0',
  'rename /disk/incoming/0',
  `syncFolder ${fanOut}`,
  'response 201',
];

test('a put is written aside, synced, named, its folder synced, and only then acknowledged', async () => {
  assert.equal(await recorded(put), durablePut);
  assert.equal(await recorded(post), durablePut);
});

test('the comparison sees a sync that is left out', async () => {
  for (const name of ['file.sync', 'syncFolder']) {
    const order = await recorded(put, undefined, (call) => call.name === name);
    assert.not.equal(order, durablePut);
  }
});

test('a put of what is there writes nothing, but makes sure of its name', async () => {
  assert.equal(await recorded(put, put), [`syncFolder ${fanOut}`, 'response 200']);
});

test('a post of what is there drops its copy', async () => {
  const order = await recorded(post, put);
  assert.equal(order.slice(-3), ['removeFile /disk/incoming/1', `syncFolder ${fanOut}`, 'response 200']);
  assert.not.ok(order.some((line) => line.startsWith('rename')));
});

test('a delete is durable before it is acknowledged, also when there is nothing to delete', async () => {
  const file = `${fanOut}/${digest}`;
  assert.equal(await recorded(remove, put), [`removeFile ${file}`, `syncFolder ${fanOut}`, 'response 204']);
  assert.equal(await recorded(remove), [`syncFolder ${fanOut}`, 'response 404']);
});

test('a damaged object is in quarantine for good before its reader is told', async () => {
  const order: string[] = [];
  let damaged = false;
  const recording = wrapFileSystem(new ModelDisk('/disk'), async (call, run) => {
    if (damaged && ['rename', 'syncFolder'].includes(call.name)) order.push(`${call.name} ${call.path}`);
    const result = await run();
    return damaged && call.name === 'file.read' ? 0 : result;
  });
  const store = await runningStore({ dataFolder: '/disk' }, recording);
  await put(store.url);
  damaged = true;
  order.push(`response ${(await fetch(`${store.url}/objects/${digest}`)).status}`);
  const moved = `rename ${fanOut}/${digest}`;
  assert.equal(order, [moved, 'syncFolder /disk/quarantine', `syncFolder ${fanOut}`, 'response 500']);
  await store.service.stop();
});

test('the start makes its folders durable before anything is stored in them', async () => {
  const order: string[] = [];
  const recording = wrapFileSystem(new ModelDisk('/disk'), async (call, run) => {
    order.push(`${call.name} ${call.path}`);
    return await run();
  });
  await (await runningStore({ dataFolder: '/disk' }, recording)).service.stop();
  const lastFolder = order.findLastIndex((line) => line.startsWith('makeFolder'));
  assert.equal(order.slice(lastFolder + 1, lastFolder + 3), ['syncFolder /disk/objects', 'syncFolder /disk']);
});

test.run();

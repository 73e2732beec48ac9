import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { FileSystem } from '../../recipes/cxo/storage/file-system.ts';
import { ObjectStore } from '../../recipes/cxo/storage/object-store.ts';
import { digestOf } from './acknowledged-writer.ts';
import { ModelDisk, type Survival } from './model-disk.ts';
import { seededBytes, seededRandom } from './seeded-random.ts';
import { type Call, wrapFileSystem } from './wrapped-file-system.ts';

const root = '/disk';
const objects = [0, 1, 5000, 65_536, 65_537, 200_000].map((size, index) => seededBytes(index + 1, size));
const contentOf = new Map(objects.map((bytes) => [digestOf(bytes), bytes]));

/** What a client knows of an object: acknowledged as there or not there, or asked for without an answer. */
type Known = 'there' | 'not there' | 'unknown';

function openStore(fs: FileSystem): Promise<ObjectStore> {
  const limits = { folder: root, quotaBytes: null, freeReserveBytes: 0, maxObjectBytes: 1e9 };
  return ObjectStore.open(fs, limits, () => {});
}

async function put(store: ObjectStore, bytes: Buffer, known: Map<string, Known>): Promise<void> {
  const digest = digestOf(bytes);
  // A put of an object that was acknowledged must not endanger it.
  if (known.get(digest) !== 'there') known.set(digest, 'unknown');
  if (!(await store.confirm(digest))) {
    const upload = await store.receive(null);
    await upload.write(bytes);
    await store.keep(upload, digest);
  }
  known.set(digest, 'there');
}

async function remove(store: ObjectStore, bytes: Buffer, known: Map<string, Known>): Promise<void> {
  known.set(digestOf(bytes), 'unknown');
  await store.remove(digestOf(bytes));
  known.set(digestOf(bytes), 'not there');
}

/** Every kind of operation, some of them at the same time. */
async function scenario(fs: FileSystem, known: Map<string, Known>): Promise<void> {
  const store = await openStore(fs);
  const [empty, tiny, small, block, two, many] = objects as [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer];
  await put(store, two, known);
  await Promise.all([put(store, empty, known), put(store, tiny, known), put(store, many, known)]);
  await Promise.all([put(store, two, known), remove(store, tiny, known), put(store, block, known)]);
  await put(store, tiny, known);
  await Promise.all([remove(store, two, known), put(store, small, known), put(store, small, known)]);
  await remove(store, two, known);
}

/** What is wrong after a crash; empty if everything that was acknowledged holds. */
async function violations(disk: ModelDisk, known: ReadonlyMap<string, Known>): Promise<string[]> {
  const store = await openStore(disk);
  const wrong: string[] = [];
  for (const [digest, state] of known) {
    const found = await read(store, digest);
    if (found !== null && !found.equals(contentOf.get(digest)!)) wrong.push('wrong bytes were served');
    if (state === 'there' && found === null) wrong.push('an acknowledged object is lost');
    if (state === 'not there' && found !== null) wrong.push('an acknowledged delete came undone');
  }
  const statistics = await store.statistics();
  if (statistics.corruptions_found > 0) wrong.push('a crash left a damaged object');
  if ((await disk.names(`${root}/incoming`)).length > 0) wrong.push('a crash left an unfinished upload');
  const { objects: listed } = await store.page(null, 1000);
  if (statistics.objects !== listed.length) wrong.push('objects are counted wrongly');
  return wrong;
}

async function read(store: ObjectStore, digest: string): Promise<Buffer | null> {
  const lease = await store.read(digest).catch(() => null);
  if (lease === null) return null;
  try {
    const blocks: Buffer[] = [];
    for await (const part of lease.object.blocks(0, lease.object.blockCount - 1))
      blocks.push(Buffer.from(part));
    return Buffer.concat(blocks);
  } catch {
    return null;
  } finally {
    await lease.end();
  }
}

const survivals: readonly (() => Survival)[] = [
  () => ({ kind: 'nothing' }),
  () => ({ kind: 'everything' }),
  ...[1, 2, 3].map((seed) => (): Survival => ({ kind: 'random', random: seededRandom(seed) })),
];

/** Cuts the power at call `cutAt`; all violations found in what the disk may then hold. */
async function cutAt(
  cut: number,
  leaveOut: (call: Call) => boolean,
): Promise<{ over: boolean; wrong: string[] }> {
  const disk = new ModelDisk(root);
  disk.cutAt = cut;
  const known = new Map<string, Known>();
  const fs = wrapFileSystem(disk, async (call, run) => (leaveOut(call) ? undefined : await run()));
  const over = await scenario(fs, known).then(
    () => true,
    () => false,
  );
  const wrong: string[] = [];
  for (const survival of survivals) wrong.push(...(await violations(disk.crash(root, survival()), known)));
  return { over, wrong };
}

/** Cuts the power at every call of the scenario, or until a violation is seen. */
async function cutEverywhere(
  leaveOut: (call: Call) => boolean = () => false,
  expected = '',
): Promise<{ cuts: number; wrong: Set<string> }> {
  const wrong = new Set<string>();
  // The start makes 259 folders one like the other: look at the power going in every tenth of its calls only.
  for (let cut = 1; ; cut += cut < 500 ? 10 : 1) {
    const outcome = await cutAt(cut, leaveOut);
    for (const violation of outcome.wrong) wrong.add(violation);
    if (outcome.over || wrong.has(expected)) return { cuts: cut, wrong };
  }
}

test('a power cut at any call loses nothing that was acknowledged and serves nothing wrong', async () => {
  const { cuts, wrong } = await cutEverywhere();
  assert.ok(cuts > 600);
  assert.equal([...wrong], []);
});

const leftOut: readonly [string, (call: Call) => boolean, string][] = [
  ['the sync of the file', (call) => call.name === 'file.sync', 'an acknowledged object is lost'],
  [
    "the sync of an object's folder",
    (call) => call.name === 'syncFolder' && /objects\/..$/.test(call.path),
    'an acknowledged object is lost',
  ],
  [
    'the sync of the folder of folders',
    (call) => call.name === 'syncFolder' && call.path === `${root}/objects`,
    'an acknowledged object is lost',
  ],
  [
    'the sync of the data folder',
    (call) => call.name === 'syncFolder' && call.path === root,
    'an acknowledged object is lost',
  ],
];
for (const [what, leaveOut, violation] of leftOut) {
  test(`without ${what} the same power cuts are seen to lose objects`, async () => {
    assert.ok((await cutEverywhere(leaveOut, violation)).wrong.has(violation));
  });
}

test('a run that is killed between naming an object and syncing its folder: the next acknowledgement still holds', async () => {
  for (const acknowledge of ['put', 'post', 'delete'] as const) {
    const disk = new ModelDisk(root);
    const bytes = objects[2]!;
    const digest = digestOf(bytes);
    const known = new Map<string, Known>();
    const interrupted = wrapFileSystem(disk, async (call, run) => {
      if (call.name === 'syncFolder' && /objects\/..$/.test(call.path)) return await new Promise(() => {});
      return await run();
    });
    if (acknowledge === 'delete') await put(await openStore(disk), bytes, known);
    const killed = await openStore(interrupted);
    void (acknowledge === 'delete' ? remove : put)(killed, bytes, known);
    await settled(async () => (await (await openStore(disk)).has(digest)) === (acknowledge !== 'delete'));

    const next = await openStore(disk);
    if (acknowledge === 'put') assert.ok(await next.confirm(digest));
    else if (acknowledge === 'delete') assert.not.ok(await next.remove(digest));
    else {
      const upload = await next.receive(null);
      await upload.write(bytes);
      assert.not.ok((await next.keep(upload, null)).created);
    }
    const found = await read(await openStore(disk.crash(root, { kind: 'nothing' })), digest);
    assert.is(found !== null, acknowledge !== 'delete', acknowledge);
  }
});

test('a second power cut while the first is being recovered from does no harm either', async () => {
  for (let cut = 1; cut < 530; cut += 7) {
    const disk = new ModelDisk(root);
    const known = new Map<string, Known>();
    await scenario(disk, known);
    const found = disk.crash(root, { kind: 'random', random: seededRandom(cut) });
    found.cutAt = cut;
    await openStore(found).catch(() => {});
    const again = found.crash(root, { kind: 'random', random: seededRandom(cut + 1) });
    assert.equal(await violations(again, known), []);
  }
});

async function settled(holds: () => Promise<boolean>): Promise<void> {
  for (let round = 0; round < 1000; round++) {
    if (await holds()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('never came to pass');
}

test.run();

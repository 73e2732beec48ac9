import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inThread } from '../../builder/lock/byte-threads/byte-threads.ts';
import { StepCache } from '../../builder/steps/step-cache.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('step cache');
const key = 'a'.repeat(64);
const { signal } = new AbortController();

/** An output like that of a step: a large file that is mostly empty, a program, a link, a folder. */
function fill(output: string): void {
  mkdirSync(join(output, 'folder'));
  const image = Buffer.alloc(3 << 20);
  image[5] = 1;
  image[(2 << 20) + 77] = 2;
  writeFileSync(join(output, 'image'), image);
  writeFileSync(join(output, 'folder/program'), 'program', { mode: 0o755 });
  symlinkSync('folder/program', join(output, 'link'));
}

async function commit(cache: StepCache, ofKey = key, id = 'step'): Promise<string> {
  const work = await cache.createWorkFolder();
  fill(join(work, 'output'));
  return await cache.commit(ofKey, work, { id, milliseconds: 1 }, signal);
}

/** A cache with one finished step in it. */
async function filled(): Promise<{ root: string; output: string }> {
  const root = temporaryFolder('step-cache');
  return { root, output: await commit(new StepCache(root)) };
}

/** Changes a byte and leaves size and time as they were. */
function flip(file: string, at: number): void {
  const { atime, mtime } = statSync(file);
  const bytes = readFileSync(file);
  bytes[at]! ^= 1;
  writeFileSync(file, bytes);
  utimesSync(file, atime, mtime);
}

test('a finished step is there, for this process and the next', async () => {
  const { root, output } = await filled();
  const cache = new StepCache(root);
  assert.ok(cache.has(key));
  assert.equal(await cache.take(key, signal), { folder: output });
  assert.is(await cache.take('b'.repeat(64), signal), 'absent');
  assert.equal(readdirSync(join(root, 'running')), []);
});

const damages: readonly (readonly [what: string, damage: (output: string) => void])[] = [
  ['a flipped bit in a file', (output) => flip(join(output, 'folder/program'), 3)],
  ['a flipped bit that leaves its part empty', (output) => flip(join(output, 'image'), 5)],
  ['a flipped bit in an empty part', (output) => flip(join(output, 'image'), (1 << 20) + 9)],
  ['a file that ends too early', (output) => truncateSync(join(output, 'image'), 2 << 20)],
  ['an empty file', (output) => truncateSync(join(output, 'folder/program'), 0)],
  ['a file that is longer', (output) => truncateSync(join(output, 'image'), 4 << 20)],
  ['a file too few', (output) => rmSync(join(output, 'folder/program'))],
  ['a file too many', (output) => writeFileSync(join(output, 'more'), '')],
  ['a renamed file', (output) => renameSync(join(output, 'image'), join(output, 'picture'))],
  ['a program that may no longer run', (output) => chmodSync(join(output, 'folder/program'), 0o644)],
  [
    'a link to somewhere else',
    (output) => {
      rmSync(join(output, 'link'));
      symlinkSync('image', join(output, 'link'));
    },
  ],
  ['no output at all', (output) => rmSync(output, { recursive: true })],
  [
    'a file in its place',
    (output) => {
      rmSync(output, { recursive: true });
      writeFileSync(output, '');
    },
  ],
];
for (const [what, damage] of damages) {
  test(`${what}: it is removed and not used`, async () => {
    const { root, output } = await filled();
    damage(output);
    const cache = new StepCache(root);
    assert.is(await cache.take(key, signal), 'damaged');
    assert.not.ok(cache.has(key));
    assert.equal(readdirSync(join(root, 'built')), []);
    assert.equal(readdirSync(join(root, 'running')), []);
    await commit(cache);
    assert.equal(await new StepCache(root).take(key, signal), { folder: output });
  });
}

for (const [what, text] of [
  ['empty', ''],
  ['cut off', '{"id":"step","milli'],
  ['without a digest', '{"id":"step","milliseconds":1}'],
] as const) {
  test(`a record that is ${what} counts for nothing, and its place is taken`, async () => {
    const { root, output } = await filled();
    writeFileSync(join(output, '../record.json'), text);
    writeFileSync(join(output, 'folder/program'), '');
    const cache = new StepCache(root);
    assert.not.ok(cache.has(key));
    assert.is(await cache.take(key, signal), 'absent');
    await commit(cache);
    assert.is(readFileSync(join(output, 'folder/program'), 'utf8'), 'program');
    assert.equal(await new StepCache(root).take(key, signal), { folder: output });
  });
}

test('of two that finish one step the first stays, unless it is damaged', async () => {
  const { root, output } = await filled();
  const before = statSync(output).ino;
  await commit(new StepCache(root));
  assert.is(statSync(output).ino, before);
  flip(join(output, 'image'), 5);
  await commit(new StepCache(root));
  assert.equal(await new StepCache(root).take(key, signal), { folder: output });
  assert.equal(readdirSync(join(root, 'running')), []);
});

test('what another process made anew while this one found the damage is kept', async () => {
  const many = (output: string): void => {
    // Enough for a pause in the hashing.
    for (let number = 0; number < 6000; number += 1) writeFileSync(join(output, `${number}`), 'x');
  };
  const [root, elsewhere] = [temporaryFolder('step-cache'), temporaryFolder('step-cache')];
  for (const folder of [root, elsewhere]) {
    const cache = new StepCache(folder);
    const work = await cache.createWorkFolder();
    many(join(work, 'output'));
    await cache.commit(key, work, { id: 'step', milliseconds: 1 }, signal);
  }
  const cache = new StepCache(root);
  flip(join(cache.outputFolder(key), '0'), 0);
  const taken = cache.take(key, signal);
  renameSync(join(root, 'built', key), join(root, 'running', 'removed'));
  renameSync(join(elsewhere, 'built', key), join(root, 'built', key));
  assert.equal(await taken, { folder: cache.outputFolder(key) });
  assert.is(readFileSync(join(cache.outputFolder(key), '0'), 'utf8'), 'x');
});

test('a process killed before any change of a name in the cache leaves the step whole or absent', async () => {
  const preload = new URL('../support/programs/kill-before-call.ts', import.meta.url).pathname;
  const program = new URL('programs/commit-step.ts', import.meta.url).pathname;
  const tsx = import.meta.resolve('tsx');
  let kills = 0;
  for (let call = 1; ; call += 1) {
    const root = temporaryFolder('step-cache');
    const child = spawn(process.execPath, ['--import', tsx, '--import', preload, program, root], {
      env: { ...process.env, KILL_BEFORE_CALL: `${root}/:${call}` },
      stdio: 'inherit',
    });
    const [code, killed] = await once(child, 'exit');
    const cache = new StepCache(root);
    const taken = await cache.take(key, signal);
    if (killed === null) {
      assert.is(code, 0);
      assert.equal(taken, { folder: cache.outputFolder(key) });
      break;
    }
    kills += 1;
    assert.is.not(taken, 'damaged', `killed before change ${call}`);
    await cache.removeLeftovers();
    assert.equal(readdirSync(join(root, 'running')), []);
    await commit(cache);
    assert.equal(await new StepCache(root).take(key, signal), { folder: cache.outputFolder(key) });
  }
  assert.ok(kills >= 3, `${kills} moments`);
});

test('the digest is the same anywhere, and gives way to an abort', async () => {
  const [one, other] = [temporaryFolder('tree'), temporaryFolder('tree')];
  fill(one);
  fill(other);
  assert.is(await inThread('treeDigest', [one], signal), await inThread('treeDigest', [other], signal));
  const stop = new AbortController();
  for (let number = 0; number < 3000; number += 1) writeFileSync(join(one, `${number}`), 'x'.repeat(5000));
  setImmediate(() => stop.abort(new Error('stopped')));
  const outcome = await inThread('treeDigest', [one], stop.signal).catch((error: Error) => error.message);
  assert.is(outcome, 'stopped');
});

/** A cache with results of one step in it that were used one, two, three ... hours ago, by key. */
async function withOldResults(count: number): Promise<{ root: string; keys: readonly string[] }> {
  const root = temporaryFolder('step-cache');
  const keys = Array.from({ length: count }, (_, age) => String(age).repeat(64));
  for (const [age, old] of keys.entries()) {
    await commit(new StepCache(root), old);
    const then = new Date(Date.now() - (age + 1) * 3_600_000);
    utimesSync(join(root, 'built', old, 'record.json'), then, then);
  }
  return { root, keys };
}

const present = (root: string): readonly string[] => readdirSync(join(root, 'built')).sort();

test('after a task that used the cache, three results of a step are left: those used last', async () => {
  const { root, keys } = await withOldResults(5);
  const cache = new StepCache(root);
  await commit(cache, 'b'.repeat(64), 'another step');
  await cache.use(async () => {
    assert.equal(await cache.take(keys[4]!, signal), { folder: cache.outputFolder(keys[4]!) });
  });
  assert.equal(present(root), [keys[0], keys[1], keys[4], 'b'.repeat(64)]);
  assert.equal(readdirSync(join(root, 'users')), []);
});

test('nothing is removed that any task of a live process may be using', async () => {
  const { root, keys } = await withOldResults(4);
  const cache = new StepCache(root);
  await new StepCache(root).use(async () => {
    for (const used of keys) assert.type(await cache.take(used, signal), 'object');
    await cache.use(async () => {});
    assert.equal(present(root), keys, 'all of them were used since the outer task began');
  });
  assert.equal(present(root), keys, 'which goes for the outer task too');
  await cache.use(async () => {});
  assert.is(present(root).length, 3);
});

test('a task that fails removes nothing, and its own mark', async () => {
  const { root, keys } = await withOldResults(4);
  const failure = new Error('of the task');
  const outcome = await new StepCache(root)
    .use(async () => {
      throw failure;
    })
    .catch((error: unknown) => error);
  assert.is(outcome, failure);
  assert.equal(present(root), keys);
  assert.equal(readdirSync(join(root, 'users')), []);
});

test.run();

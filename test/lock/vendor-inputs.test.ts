import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Lock } from '../../builder/lock/lock-format.ts';
import { processMark } from '../../builder/lock/process-mark.ts';
import { parseLock, readLock } from '../../builder/lock/read-lock.ts';
import { vendorInputs } from '../../builder/lock/vendor-inputs.ts';
import { filesBelow } from '../support/fetch-trial.ts';
import { LoopbackServer } from '../support/loopback-server.ts';
import { errorOf, mirroredInputs, tamper } from '../support/mirrored-inputs.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('vendor folder');
const server = await LoopbackServer.start();
const options = { signal: new AbortController().signal, progress: () => {} };
const { inputs, lock, online, offline } = mirroredInputs(server, ['one', 'two', 'three']);

test('a vendor folder stands in for mirrors that have nothing any more', async () => {
  const vendor = join(temporaryFolder('vendor'), 'inputs');
  await vendorInputs(lock, vendor, online(temporaryFolder('inputs')), options);
  assert.equal(readdirSync(vendor).sort(), ['boardsmith.lock', 'index.txt', 'sha256']);
  assert.equal(parseLock(readFileSync(join(vendor, 'boardsmith.lock'), 'utf8'), 'lock'), lock);
  assert.match(
    readFileSync(join(vendor, 'index.txt'), 'utf8'),
    /^[0-9a-f]{64} {2}debian:arm64\/one@1 {2}one_1_arm64.deb$/m,
  );
  const before = server.requests.length;
  await online(temporaryFolder('inputs'), [vendor]).ensure(inputs, options);
  await offline(temporaryFolder('inputs'), [vendor]).ensure(inputs, options);
  assert.is(server.requests.length, before, 'no mirror was asked');
});

test('a damaged vendor folder is refused by the name of its file', async () => {
  const vendor = join(temporaryFolder('vendor'), 'inputs');
  await vendorInputs(lock, vendor, online(temporaryFolder('inputs')), options);
  const file = join(vendor, 'sha256', inputs[0]!.entry.sha256);
  tamper(file, randomBytes(200_000));
  const cache = temporaryFolder('inputs');
  const error = await errorOf(online(cache, [vendor]).ensure(inputs.slice(0, 1), options));
  assert.is(error.code, 'INPUT_CORRUPT');
  assert.match(error.message, file);
  assert.equal(filesBelow(cache), []);
});

test('a vendor folder is whole or absent', async () => {
  const parent = temporaryFolder('vendor');
  const vendor = join(parent, 'inputs');
  const missing = {
    ...lock,
    entries: { ...lock.entries, x: { ...inputs[0]!.entry, sha256: '0'.repeat(64) } },
  };
  const error = await errorOf(
    vendorInputs(missing as Lock, vendor, online(temporaryFolder('inputs')), options),
  );
  assert.is(error.code, 'INPUT_CORRUPT');
  assert.equal(readdirSync(parent), []);
  const stop = new AbortController();
  const progress = (line: string): void => {
    if (line.startsWith('copying three')) stop.abort();
  };
  const store = online(temporaryFolder('inputs'));
  assert.is(
    (await errorOf(vendorInputs(lock, vendor, store, { signal: stop.signal, progress }))).code,
    'INTERRUPTED',
  );
  assert.equal(readdirSync(parent), []);
});

test('a vendor folder is brought up to date in place', async () => {
  const parent = temporaryFolder('vendor');
  const vendor = join(parent, 'inputs');
  const store = online(temporaryFolder('inputs'));
  const first = inputs[0]!;
  const small: Lock = {
    ...lock,
    requests: { 'debian:arm64:one': [first.id] },
    entries: { [first.id]: first.entry },
  };
  await vendorInputs(lock, vendor, store, options);
  await vendorInputs(small, vendor, store, options);
  assert.equal(readdirSync(join(vendor, 'sha256')), [first.entry.sha256]);
  assert.equal(readdirSync(parent), ['inputs']);
});

const index = '# inputs of boardsmith.lock, copied by: boardsmith lock --vendor (sha256, entry, file)\n';
const own: readonly (readonly [what: string, files: Readonly<Record<string, string>>])[] = [
  ['a folder with a file of that name in it', { 'index.txt': 'my index', 'thesis.txt': 'my thesis' }],
  ['a folder with an index alone', { 'index.txt': index }],
  [
    'a folder of ours with something added',
    { 'index.txt': index, 'boardsmith.lock': '{}', 'sha256/.keep': '', 'notes.txt': 'mine' },
  ],
  [
    'a folder of ours with something added further in',
    { 'index.txt': index, 'boardsmith.lock': '{}', 'sha256/notes.txt': 'mine' },
  ],
  [
    'a folder that only looks like ours',
    { 'index.txt': 'mine\n', 'boardsmith.lock': '{}', [`sha256/${'0'.repeat(64)}`]: 'x' },
  ],
];
for (const [what, files] of own) {
  test(`${what} is left alone`, async () => {
    const vendor = join(temporaryFolder('vendor'), 'own');
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(vendor, path, '..'), { recursive: true });
      writeFileSync(join(vendor, path), text);
    }
    const before = filesBelow(vendor);
    const error = await errorOf(vendorInputs(lock, vendor, online(temporaryFolder('inputs')), options));
    assert.is(error.code, 'FILE_UNUSABLE');
    assert.ok(error.hint);
    assert.equal(filesBelow(vendor), before);
    for (const [path, text] of Object.entries(files)) {
      assert.is(readFileSync(join(vendor, path), 'utf8'), text);
    }
  });
}

test('a file in the place of the folder is left alone', async () => {
  const vendor = join(temporaryFolder('vendor'), 'thesis.txt');
  writeFileSync(vendor, 'mine');
  const error = await errorOf(vendorInputs(lock, vendor, online(temporaryFolder('inputs')), options));
  assert.is(error.code, 'FILE_UNUSABLE');
  assert.is(readFileSync(vendor, 'utf8'), 'mine');
});

test('what killed runs left beside the folder goes; what only looks like it stays', async () => {
  const parent = temporaryFolder('vendor');
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  const dead = processMark().replace(/\d+$/, String(child.pid));
  const kept = [
    `.inputs.draft-${processMark()}.AbCdEf`,
    '.inputs.draft-mine',
    `.inputs.draft-${dead}`,
    `other.draft-${dead}.AbCdEf`,
  ];
  for (const name of [...kept, `.inputs.draft-${dead}.AbCdEf`]) mkdirSync(join(parent, name));
  await vendorInputs(lock, join(parent, 'inputs'), online(temporaryFolder('inputs')), options);
  assert.equal(readdirSync(parent).sort(), [...kept, 'inputs'].sort());
});

test('killed at any moment while it is brought up to date, it holds all inputs of the lock in it', async () => {
  const [first, second] = [0, 1].map((index): Lock => {
    const some = inputs.slice(index, index + 2);
    return {
      ...lock,
      requests: { 'debian:arm64:two-of-them': some.map(({ id }) => id) },
      entries: Object.fromEntries(some.map(({ id, entry }) => [id, entry])),
    };
  }) as [Lock, Lock];
  const cache = temporaryFolder('inputs');
  await online(cache).ensure(inputs, options);
  const preload = new URL('../support/programs/kill-before-call.ts', import.meta.url).pathname;
  const module = new URL('../../builder/lock/', import.meta.url);
  const folder = temporaryFolder('vendor');
  const script = join(folder, 'update.mts');
  let kills = 0;
  for (let call = 1; ; call += 1) {
    const vendor = join(folder, `${call}`);
    await vendorInputs(first, vendor, offline(cache), options);
    writeFileSync(
      script,
      `import { InputStore } from '${module}input-store.ts';
       import { vendorInputs } from '${module}vendor-inputs.ts';
       const options = { signal: new AbortController().signal, progress() {} };
       const store = new InputStore('${cache}', { network: false });
       await vendorInputs(${JSON.stringify(second)}, '${vendor}', store, options);`,
    );
    const child = spawn(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), '--import', preload, script],
      {
        env: { ...process.env, KILL_BEFORE_CALL: `${vendor}/:${call}` },
        stdio: 'inherit',
      },
    );
    const [code, signal] = await once(child, 'exit');
    const held = await readLock(join(vendor, 'boardsmith.lock'));
    const locked = Object.entries(held.entries).map(([id, entry]) => ({ id, entry }));
    await offline(temporaryFolder('inputs'), [vendor]).ensure(locked, options);
    if (signal === null) {
      assert.is(code, 0);
      assert.equal(held, second);
      break;
    }
    kills += 1;
    await vendorInputs(second, vendor, offline(cache), options);
    assert.equal(await readLock(join(vendor, 'boardsmith.lock')), second, 'the next run goes on');
  }
  assert.ok(kills >= 5, `${kills} moments`);
});

test.after(() => server.close());
test.run();

import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { InputStore } from '../../builder/lock/input-store.ts';
import { entryId, type Lock, type LockedInput } from '../../builder/lock/lock-format.ts';
import { parseLock } from '../../builder/lock/read-lock.ts';
import { vendorInputs } from '../../builder/lock/vendor-inputs.ts';
import { filesBelow } from '../support/fetch-trial.ts';
import { loopbackEnvironment } from '../support/loopback-environment.ts';
import { bytes, LoopbackServer } from '../support/loopback-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const server = await LoopbackServer.start();
const options = { signal: new AbortController().signal, progress: () => {} };
const inputs = ['one', 'two', 'three', 'four', 'five', 'six'].map(publish);
const lock: Lock = {
  lockVersion: 1,
  date: '2026-11-26',
  requests: { 'debian:arm64:all-of-them': inputs.map(({ id }) => id) },
  hostRequests: {},
  entries: Object.fromEntries(inputs.map(({ id, entry }) => [id, entry])),
};

/** Puts a package on the mirror. */
function publish(name: string): LockedInput {
  const content = randomBytes(200_000);
  const path = `pool/main/${name}_1_arm64.deb`;
  server.serve(`/debian/${path}`, bytes(content));
  const sha256 = createHash('sha256').update(content).digest('hex');
  const file = { name, version: '1', size: content.length, sha256 };
  const entry = { kind: 'debian', suite: 'trixie', architecture: 'arm64', path, ...file } as const;
  return { id: entryId(entry), entry };
}

function online(cache: string, vendorDirectories: readonly string[] = []): InputStore {
  const environment = loopbackEnvironment(server.address);
  return new InputStore(cache, { network: true, environment, retryDelays: [1], vendorDirectories });
}

function offline(cache: string, vendorDirectories: readonly string[] = []): InputStore {
  return new InputStore(cache, { network: false, environment: {}, vendorDirectories });
}

async function errorOf(task: Promise<unknown>): Promise<BoardsmithError> {
  const outcome = await task.then(
    () => undefined,
    (error: BoardsmithError) => error,
  );
  assert.ok(outcome, 'is refused');
  return outcome;
}

/** Writes over a file that the store made read-only. */
function tamper(file: string, content: Uint8Array): void {
  chmodSync(file, 0o644);
  writeFileSync(file, content);
}

test('paths come in the order of the inputs, and the same input may stand there twice', async () => {
  const store = online(temporaryFolder('inputs'));
  const order = [inputs[2]!, inputs[0]!, inputs[2]!];
  const paths = await store.ensure(order, options);
  assert.equal(
    paths,
    order.map(({ entry }) => store.path(entry)),
  );
});

test('what was fetched once is there without the network', async () => {
  const cache = temporaryFolder('inputs');
  await online(cache).ensure(inputs, options);
  const paths = await offline(cache).ensure(inputs, options);
  assert.is(paths.length, inputs.length);
});

test('what is missing without the network is named, with what to do', async () => {
  const cache = temporaryFolder('inputs');
  const error = await errorOf(offline(cache).ensure(inputs.slice(0, 1), options));
  assert.is(error.code, 'INPUT_UNAVAILABLE');
  assert.match(error.message, 'debian:arm64/one@1 is not in the cache');
  assert.match(error.hint!, '--vendor');
});

for (const [what, change] of [
  [
    'a flipped bit',
    (content: Buffer) => Buffer.concat([content.subarray(0, -1), Buffer.from([content.at(-1)! ^ 1])]),
  ],
  ['a truncated file', (content: Buffer) => content.subarray(0, 1000)],
  ['an empty file', () => Buffer.alloc(0)],
] as const) {
  test(`in the cache: ${what} is fetched anew, or refused and removed without the network`, async () => {
    const cache = temporaryFolder('inputs');
    const [path] = await online(cache).ensure(inputs.slice(0, 1), options);
    const content = readFileSync(path!);
    tamper(path!, change(content));
    await online(cache).ensure(inputs.slice(0, 1), options);
    assert.equal(readFileSync(path!), content);
    tamper(path!, change(content));
    const error = await errorOf(offline(cache).ensure(inputs.slice(0, 1), options));
    assert.is(error.code, 'INPUT_CORRUPT');
    assert.match(error.message, /the copy in the cache of debian:arm64\/one@1 is not what is locked: it/);
    assert.equal(filesBelow(cache), []);
  });
}

test('a truncated file is found also by a store that verified it before', async () => {
  const cache = temporaryFolder('inputs');
  const store = online(cache);
  const [path] = await store.ensure(inputs.slice(0, 1), options);
  tamper(path!, Buffer.from('short'));
  await store.ensure(inputs.slice(0, 1), options);
  assert.is(readFileSync(path!).length, 200_000);
});

test('many asking at once fetch each file once', async () => {
  const store = online(temporaryFolder('inputs'));
  const before = server.requests.length;
  await Promise.all([1, 2, 3].map(() => store.ensure(inputs, options)));
  assert.is(server.requests.length - before, inputs.length);
});

test('one of two that ask at once gives up: the other gets its file', async () => {
  const store = online(temporaryFolder('inputs'));
  const impatient = new AbortController();
  let second: Promise<readonly string[]> | undefined;
  const progress = (): void => {
    // The first is at it; the second comes to wait for it, then the first gives up.
    second ??= store.ensure(inputs, options);
    setImmediate(() => impatient.abort());
  };
  const first = store.ensure(inputs, { signal: impatient.signal, progress });
  assert.is((await errorOf(first)).code, 'INTERRUPTED');
  assert.is((await second!).length, inputs.length);
});

test('two processes on one cache at once', async () => {
  const cache = temporaryFolder('inputs');
  const script = join(cache, 'fetch.mts');
  const module = new URL('../../builder/lock/input-store.ts', import.meta.url);
  const call = `await store.ensure(${JSON.stringify(inputs)}, { signal: new AbortController().signal, progress() {} })`;
  writeFileSync(
    script,
    `import { InputStore } from '${module}'; const store = new InputStore('${cache}', { network: true }); ${call};`,
  );
  const codes = await Promise.all(
    [1, 2].map(async () => {
      const tsx = import.meta.resolve('tsx');
      const child = spawn(process.execPath, ['--import', tsx, script], {
        env: loopbackEnvironment(server.address) as NodeJS.ProcessEnv,
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      return (await once(child, 'exit'))[0];
    }),
  );
  assert.equal(codes, [0, 0]);
  assert.equal(
    readdirSync(join(cache, 'inputs/sha256')).sort(),
    inputs.map(({ entry }) => entry.sha256).sort(),
  );
  assert.equal(readdirSync(join(cache, 'inputs/incoming')), []);
  await offline(cache).ensure(inputs, options);
});

test('what a killed process left is removed, what a live one uses is not', async () => {
  const cache = temporaryFolder('inputs');
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  const store = online(cache);
  await store.withScratch(async (live) => {
    const dead = live.replace(`.${process.pid}.`, `.${child.pid}.`);
    mkdirSync(dead);
    await store.ensure(inputs.slice(0, 1), options);
    assert.not.ok(existsSync(dead));
    assert.ok(existsSync(live));
  });
});

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

test('a vendor folder is renewed in place; a folder with something else is left alone', async () => {
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
  const error = await errorOf(vendorInputs(lock, parent, store, options));
  assert.is(error.code, 'FILE_UNUSABLE');
  assert.equal(readdirSync(parent), ['inputs']);
});

test.after(() => server.close());
test.run();

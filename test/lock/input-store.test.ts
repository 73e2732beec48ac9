import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { filesBelow } from '../support/fetch-trial.ts';
import { loopbackEnvironment } from '../support/loopback-environment.ts';
import { LoopbackServer } from '../support/loopback-server.ts';
import { errorOf, mirroredInputs, tamper } from '../support/mirrored-inputs.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const server = await LoopbackServer.start();
const options = { signal: new AbortController().signal, progress: () => {} };
const { inputs, online, offline } = mirroredInputs(server, ['one', 'two', 'three', 'four', 'five', 'six']);

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
  assert.match(error.message, '1 input is not in the cache');
  assert.match(error.problems[0]!, 'debian:arm64/one@1 ');
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
  const first = store.ensure(inputs, { signal: impatient.signal, onFetch: progress });
  assert.is((await errorOf(first)).code, 'INTERRUPTED');
  assert.is((await second!).length, inputs.length);
});

test('two processes on one cache at once', async () => {
  const cache = temporaryFolder('inputs');
  const script = join(cache, 'fetch.mts');
  const module = new URL('../../builder/lock/input-store.ts', import.meta.url);
  const call = `await store.ensure(${JSON.stringify(inputs)}, { signal: new AbortController().signal })`;
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

test.after(() => server.close());
test.run();

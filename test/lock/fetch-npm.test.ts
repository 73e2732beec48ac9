import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { VanishedInputsError } from '../../builder/lock/fetch/input-errors.ts';
import type { LockedInput } from '../../builder/lock/lock-format.ts';
import { assertRefused, type FetchTrial, tryFetch } from '../support/fetch-trial.ts';
import { type Answer, bytes, cutShort, hang, LoopbackServer, status } from '../support/loopback-server.ts';
import { npmTarball, publish, sha512Integrity } from '../support/npm-registry.ts';

const server = await LoopbackServer.start();
const manifest = { name: '@scope/thing', version: '1.2.3' };
const content = await npmTarball(manifest);
const input: LockedInput = {
  id: 'npm:@scope/thing@1.2.3',
  entry: {
    kind: 'npm',
    ...manifest,
    size: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    integrity: sha512Integrity(content),
  },
};

async function fetch(answers: readonly Answer[], signal?: AbortSignal): Promise<FetchTrial> {
  await publish(server, [manifest], () => answers);
  return await tryFetch(server.address, input, signal);
}

test('the tarball as it was published', async () => {
  const trial = await fetch([bytes(content)]);
  assert.is(trial.error, undefined);
  assert.equal(trial.files, [input.entry.sha256]);
  assert.equal(readFileSync(trial.paths[0]!), content);
});

test('a tarball that is not what the registry describes: npm itself refuses it', async () => {
  const other = await npmTarball(manifest, { 'evil.js': '' });
  assertRefused(await fetch([bytes(other)]), input, 'INPUT_CORRUPT', /integrity/i);
});

test('a version that was published again with other bytes: the lock refuses it', async () => {
  await publish(server, [{ ...manifest, scripts: { install: 'evil' } }]);
  assertRefused(await tryFetch(server.address, input), input, 'INPUT_CORRUPT', /it has \d+ bytes, not \d+/);
});

test('a truncated tarball', async () => {
  assertRefused(await fetch([bytes(content.subarray(0, 100))]), input, 'INPUT_CORRUPT', /integrity/i);
});

test('a version that is gone', async () => {
  await publish(server, [{ ...manifest, version: '1.2.4' }]);
  const trial = await tryFetch(server.address, input);
  assertRefused(trial, input, 'INPUT_UNAVAILABLE', /gone from the registry/);
  assert.instance(trial.error, VanishedInputsError);
  assert.is((trial.error as BoardsmithError).hint, 'boardsmith lock --renew @scope/thing');
});

test('a package that is gone, and a tarball that is gone', async () => {
  assert.instance((await fetch([status(404)])).error, VanishedInputsError);
  server.serve('/npm/@scope/thing', status(404));
  assert.instance((await tryFetch(server.address, input)).error, VanishedInputsError);
});

test('a registry in trouble and a cut connection are no vanished pin', async () => {
  for (const answer of [status(503), cutShort(content)]) {
    const trial = await fetch([answer]);
    assertRefused(trial, input, 'INPUT_UNAVAILABLE', /cannot fetch/);
    assert.not.instance(trial.error, VanishedInputsError);
  }
});

test('a registry that recovers', async () => {
  assert.is((await fetch([status(500), bytes(content)])).error, undefined);
});

test('Ctrl-C while the registry hangs', async () => {
  const controller = new AbortController();
  let trial: Promise<FetchTrial> | undefined;
  await new Promise<void>((left) => {
    trial = fetch([hang(() => controller.abort(), left)], controller.signal);
  });
  const { error, files } = await trial!;
  assert.is((error as BoardsmithError).code, 'INTERRUPTED');
  assert.equal(files, []);
});

test('random bytes instead of a packument', async () => {
  server.serve('/npm/@scope/thing', bytes(randomBytes(1000)));
  assertRefused(await tryFetch(server.address, input), input, 'INPUT_UNAVAILABLE', /cannot fetch/);
});

test.after(() => server.close());
test.run();

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { VanishedInputsError } from '../../builder/lock/fetch/input-errors.ts';
import type { LockedInput } from '../../builder/lock/lock-format.ts';
import { assertRefused, type FetchTrial, tryFetch } from '../support/fetch-trial.ts';
import { type Answer, bytes, cutShort, hang, LoopbackServer, status } from '../support/loopback-server.ts';
import { putOnIndex, wheel } from '../support/python-index.ts';

const server = await LoopbackServer.start();
const platform = 'musllinux_1_2_aarch64';
const content = wheel('thing', '1.0');
const input: LockedInput = {
  id: `pypi:thing-1.0-py3-none-${platform}.whl`,
  entry: {
    kind: 'pypi',
    name: 'thing',
    version: '1.0',
    file: `thing-1.0-py3-none-${platform}.whl`,
    platform,
    size: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
  },
};

async function fetch(answers: readonly Answer[], signal?: AbortSignal): Promise<FetchTrial> {
  putOnIndex(server, 'thing', '1.0', platform, content, answers);
  return await tryFetch(server.address, input, signal);
}

test('the wheel for another machine than this one', async () => {
  const trial = await fetch([bytes(content)]);
  assert.is(trial.error, undefined, String(trial.error));
  assert.equal(trial.files, [input.entry.sha256]);
  assert.equal(readFileSync(trial.paths[0]!), content);
});

test('other bytes under the same name', async () => {
  const other = Buffer.from(content);
  other[1000]! ^= 1;
  assertRefused(await fetch([bytes(other)]), input, 'INPUT_CORRUPT', /DO NOT MATCH THE HASHES|sha256/);
});

test('an index that describes another wheel of that name', async () => {
  const other = wheel('thing', '1.1');
  putOnIndex(server, 'thing', '1.0', platform, other);
  assertRefused(
    await tryFetch(server.address, input),
    input,
    'INPUT_CORRUPT',
    /DO NOT MATCH THE HASHES|sha256/,
  );
});

test('a file that is gone, a version that is gone, a project that is gone', async () => {
  assert.instance((await fetch([status(404)])).error, VanishedInputsError);
  putOnIndex(server, 'thing', '1.1', platform, content);
  assert.instance((await tryFetch(server.address, input)).error, VanishedInputsError);
  server.serve('/simple/thing/', status(404));
  const trial = await tryFetch(server.address, input);
  assertRefused(trial, input, 'INPUT_UNAVAILABLE', /gone from the registry/);
  assert.is((trial.error as BoardsmithError).hint, 'boardsmith lock --renew thing');
});

test('an index in trouble is no vanished pin', async () => {
  server.serve('/simple/thing/', status(503));
  const trial = await tryFetch(server.address, input);
  assertRefused(trial, input, 'INPUT_UNAVAILABLE', /cannot fetch/);
  assert.not.instance(trial.error, VanishedInputsError);
});

test('an index that nobody runs is no vanished pin', async () => {
  const dead = await LoopbackServer.start();
  await dead.close();
  const trial = await tryFetch(dead.address, input);
  assertRefused(trial, input, 'INPUT_UNAVAILABLE', /cannot fetch/);
  assert.not.instance(trial.error, VanishedInputsError);
});

test('a connection that is cut once is tried again', async () => {
  assert.is((await fetch([cutShort(content), bytes(content)])).error, undefined);
});

test('a connection that is always cut leaves nothing', async () => {
  const trial = await fetch([cutShort(content)]);
  assert.ok(trial.error);
  assert.not.instance(trial.error, VanishedInputsError);
  assert.equal(trial.files, []);
});

test('Ctrl-C while the index hangs', async () => {
  const controller = new AbortController();
  let trial: Promise<FetchTrial> | undefined;
  await new Promise<void>((left) => {
    trial = fetch([hang(() => controller.abort(), left)], controller.signal);
  });
  const { error, files } = await trial!;
  assert.is((error as BoardsmithError).code, 'INTERRUPTED');
  assert.equal(files, []);
});

test.after(() => server.close());
test.run();

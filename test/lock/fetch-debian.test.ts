import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { VanishedInputsError } from '../../builder/lock/fetch/input-errors.ts';
import { InputStore } from '../../builder/lock/input-store.ts';
import type { DebianEntry, LockedInput } from '../../builder/lock/lock-format.ts';
import { assertRefused as assertInputRefused, type FetchTrial, tryFetch } from '../support/fetch-trial.ts';
import { loopbackEnvironment } from '../support/loopback-environment.ts';
import {
  type Answer,
  bytes,
  cutShort,
  endless,
  hang,
  LoopbackServer,
  redirect,
  status,
} from '../support/loopback-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const server = await LoopbackServer.start();
const body = randomBytes(100_000);
const input = debianInput('musl', body);
const path = '/debian/pool/main/m/musl/musl_1.2.5-3+b1_arm64.deb';

function debianInput(name: string, content: Uint8Array): LockedInput {
  return {
    id: `debian:arm64/${name}@1.2.5-3+b1`,
    entry: {
      kind: 'debian',
      name,
      version: '1.2.5-3+b1',
      suite: 'trixie',
      architecture: 'arm64',
      path: `pool/main/${name[0]}/${name}/${name}_1.2.5-3+b1_arm64.deb`,
      size: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    },
  };
}

/** Fetches into a fresh cache from a mirror that answers so. */
async function fetch(answers: readonly Answer[], signal?: AbortSignal): Promise<FetchTrial> {
  server.serve(path, ...answers);
  return await tryFetch(server.address, input, signal);
}

function assertRefused(trial: FetchTrial, code: string, message: RegExp): void {
  assertInputRefused(trial, input, code, message);
}

test('what the mirror has and is right is kept under its hash, read-only', async () => {
  const trial = await fetch([bytes(body)]);
  assert.is(trial.error, undefined);
  assert.equal(trial.files, [input.entry.sha256]);
  assert.equal(readFileSync(trial.paths[0]!), body);
});

test('other bytes of the same length', async () => {
  const other = Buffer.from(body);
  other[5000]! ^= 1;
  assertRefused(await fetch([bytes(other)]), 'INPUT_CORRUPT', /its sha256 is [0-9a-f]{64}, not [0-9a-f]{64}/);
});

test('fewer bytes', async () => {
  assertRefused(
    await fetch([bytes(body.subarray(0, 70_000))]),
    'INPUT_CORRUPT',
    /it has 70000 bytes, not 100000/,
  );
});

test('more bytes', async () => {
  const longer = Buffer.concat([body, Buffer.from('x')]);
  assertRefused(await fetch([bytes(longer)]), 'INPUT_CORRUPT', /it has 100001 bytes, not 100000/);
});

test('a mirror that never stops sending', async () => {
  assertRefused(await fetch([endless()]), 'INPUT_CORRUPT', /more than \d+ bytes came for a file of 100000/);
});

test('an empty file', async () => {
  assertRefused(await fetch([bytes('')]), 'INPUT_CORRUPT', /it has 0 bytes, not 100000/);
});

test('gone from the mirror: named, with the command that renews it', async () => {
  const trial = await fetch([status(404)]);
  assertRefused(trial, 'INPUT_UNAVAILABLE', /is gone from the registry/);
  assert.instance(trial.error, VanishedInputsError);
  assert.is((trial.error as BoardsmithError).hint, 'boardsmith lock --renew musl');
});

test('a connection that is always cut is no vanished pin', async () => {
  const trial = await fetch([cutShort(body)]);
  assertRefused(trial, 'INPUT_UNAVAILABLE', /cannot fetch/);
  assert.not.instance(trial.error, VanishedInputsError);
});

test('a connection that is cut once is tried again', async () => {
  assert.is((await fetch([cutShort(body), bytes(body)])).error, undefined);
});

test('a server in trouble is asked again', async () => {
  assert.is((await fetch([status(503), status(500), bytes(body)])).error, undefined);
});

test('a server that stays in trouble is no vanished pin', async () => {
  const trial = await fetch([status(500)]);
  assertRefused(trial, 'INPUT_UNAVAILABLE', /cannot fetch/);
  assert.not.instance(trial.error, VanishedInputsError);
});

test('a mirror that refuses is not asked again', async () => {
  const before = server.requests.length;
  const trial = await fetch([status(403)]);
  assertRefused(trial, 'INPUT_UNAVAILABLE', /cannot fetch/);
  assert.is(server.requests.length - before, 1);
});

test('a redirection is followed, and what it leads to is verified', async () => {
  server.serve('/elsewhere/good.deb', bytes(body));
  server.serve('/elsewhere/bad.deb', bytes(randomBytes(body.length)));
  assert.is((await fetch([redirect(`${server.address}/elsewhere/good.deb`)])).error, undefined);
  assertRefused(
    await fetch([redirect(`${server.address}/elsewhere/bad.deb`)]),
    'INPUT_CORRUPT',
    /its sha256 is/,
  );
});

test('a security update that has moved into the main archive is found there', async () => {
  const security: LockedInput = {
    id: input.id,
    entry: {
      ...input.entry,
      suite: 'trixie-security',
      path: 'pool/updates/main/m/musl/musl_1_arm64.deb',
    } as DebianEntry,
  };
  const fetchUpdate = (): Promise<FetchTrial> =>
    tryFetch(server.address, security, undefined, {
      BOARDSMITH_DEBIAN_SECURITY_MIRROR: `${server.address}/security`,
    });
  server.serve('/security/pool/updates/main/m/musl/musl_1_arm64.deb', bytes(body));
  assert.is((await fetchUpdate()).error, undefined);
  server.serve('/security/pool/updates/main/m/musl/musl_1_arm64.deb', status(404));
  assert.instance((await fetchUpdate()).error, VanishedInputsError);
  server.serve('/debian/pool/main/m/musl/musl_1_arm64.deb', bytes(body));
  assert.is((await fetchUpdate()).error, undefined);
});

test('a server that nobody runs', async () => {
  const dead = await LoopbackServer.start();
  await dead.close();
  const store = new InputStore(temporaryFolder('inputs'), {
    network: true,
    environment: loopbackEnvironment(dead.address),
    retryDelays: [1],
  });
  try {
    await store.ensure([input], { signal: new AbortController().signal });
    assert.unreachable();
  } catch (error) {
    assert.not.instance(error, VanishedInputsError);
    assert.is((error as BoardsmithError).code, 'INPUT_UNAVAILABLE');
    assert.match((error as BoardsmithError).hint!, 'connect this machine to the network');
  }
});

test('Ctrl-C while a server hangs stops the clients', async () => {
  const controller = new AbortController();
  let trial: Promise<FetchTrial> | undefined;
  // The connection is apt's own; it closes when the last of its processes ends.
  await new Promise<void>((left) => {
    trial = fetch([hang(() => controller.abort(), left)], controller.signal);
  });
  const { error, files } = await trial!;
  assert.is((error as BoardsmithError).code, 'INTERRUPTED');
  assert.equal(files, []);
});

test('all that is gone is named at once', async () => {
  server.serve(path, bytes(body));
  const gone = ['aaa', 'bbb'].map((name) => debianInput(name, body));
  const store = new InputStore(temporaryFolder('inputs'), {
    network: true,
    environment: loopbackEnvironment(server.address),
  });
  try {
    await store.ensure([...gone, input], { signal: new AbortController().signal });
    assert.unreachable();
  } catch (error) {
    assert.instance(error, VanishedInputsError);
    assert.equal((error as VanishedInputsError).vanished, gone);
    assert.is((error as VanishedInputsError).hint, 'boardsmith lock --renew aaa bbb');
  }
});

test.after(() => server.close());
test.run();

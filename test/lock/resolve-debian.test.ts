import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { InputStore } from '../../builder/lock/input-store.ts';
import { type InputRequest, type Lock, requestId } from '../../builder/lock/lock-format.ts';
import { resolveLock } from '../../builder/lock/resolve-lock.ts';
import {
  hasGpg,
  type RepositoryPackage,
  type RepositorySource,
  SigningKey,
  serveRepository,
} from '../support/debian-repository.ts';
import { filesBelow } from '../support/fetch-trial.ts';
import { loopbackEnvironment } from '../support/loopback-environment.ts';
import { bytes, LoopbackServer, status } from '../support/loopback-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const packages: readonly RepositoryPackage[] = [
  {
    name: 'musl',
    version: '1.2.5-3',
    architecture: 'arm64',
    depends: 'libc-none',
    recommends: 'linux-libc-dev',
  },
  { name: 'libc-none', version: '1', architecture: 'arm64' },
  { name: 'u-boot-qemu', version: '2025.01-3', architecture: 'all' },
  {
    name: 'linux-image-arm64',
    version: '6.12.2-1',
    architecture: 'arm64',
    depends: 'linux-image-6.12.2-arm64 (= 6.12.2-1)',
  },
  { name: 'linux-image-6.12.2-arm64', version: '6.12.2-1', architecture: 'arm64', depends: 'kmod' },
  {
    name: 'zstd',
    version: '1:1.5.7+dfsg-1',
    architecture: 'amd64',
    depends: 'libc6, libzstd1 (>= 1)',
    recommends: 'man-db',
  },
  { name: 'libc6', version: '2.41~rc1-1', architecture: 'amd64', depends: 'base-files' },
  { name: 'base-files', version: '13', architecture: 'all' },
  { name: 'libzstd1', version: '1.5.7', architecture: 'amd64', depends: 'libc6' },
  { name: 'man-db', version: '2', architecture: 'amd64' },
  { name: 'linux-libc-dev', version: '2', architecture: 'arm64' },
];

const sources: readonly RepositorySource[] = [
  {
    name: 'u-boot',
    version: '2025.01-3+deb13u1',
    files: [
      'u-boot_2025.01-3+deb13u1.dsc',
      'u-boot_2025.01.orig.tar.bz2',
      'u-boot_2025.01.orig.tar.bz2.asc',
      'u-boot_2025.01-3+deb13u1.debian.tar.xz',
    ],
  },
];

if (!hasGpg()) {
  console.log('SKIP resolve-debian: there is no gpg to sign an archive with');
  test.skip('resolve-debian', () => {});
} else {
  const server = await LoopbackServer.start();
  const key = new SigningKey();
  const good = (): void => serveRepository(server, '/debian', packages, (text) => key.sign(text), sources);
  const environment = { ...loopbackEnvironment(server.address), BOARDSMITH_DEBIAN_KEYRING: key.keyring };

  const debian = (name: string, architecture: 'amd64' | 'arm64', closure = false): InputRequest => ({
    kind: 'debian',
    package: name,
    architecture,
    closure,
    host: closure,
  });

  const resolve = async (
    requests: readonly InputRequest[],
    extra: Record<string, string> = {},
    more: {
      previous?: Lock;
      renew?: 'all' | readonly string[];
      others?: 'keep';
      now?: string;
      cache?: string;
    } = {},
  ): Promise<Lock> =>
    await resolveLock(requests, {
      previous: more.previous ?? null,
      renew: more.renew ?? 'none',
      others: more.others ?? 'drop',
      hostArchitecture: 'x86_64',
      now: new Date(more.now ?? '2026-11-26T12:00:00Z'),
      store: new InputStore(more.cache ?? temporaryFolder('inputs'), {
        network: true,
        environment: { ...environment, ...extra },
        retryDelays: [],
      }),
      signal: new AbortController().signal,
      progress: () => {},
    });

  const refusalOf = async (task: Promise<unknown>): Promise<BoardsmithError> =>
    await task.then(
      () => assert.unreachable('is refused') as never,
      (error: BoardsmithError) => error,
    );

  test('a package alone, one for all architectures, and the kernel that a metapackage means', async () => {
    good();
    const requests = ['musl', 'u-boot-qemu', 'linux-image-arm64'].map((name) => debian(name, 'arm64'));
    const lock = await resolve(requests);
    assert.equal(
      requests.map((request) => lock.requests[requestId(request)]),
      [
        ['debian:arm64/musl@1.2.5-3'],
        ['debian:all/u-boot-qemu@2025.01-3'],
        ['debian:arm64/linux-image-6.12.2-arm64@6.12.2-1'],
      ],
    );
    const entry = lock.entries['debian:arm64/musl@1.2.5-3']!;
    assert.is(entry.kind === 'debian' && entry.path, 'pool/main/m/musl/musl_1.2.5-3_arm64.deb');
  });

  test('a closure: what is depended on, with epochs and tildes, and nothing that is only recommended', async () => {
    const request = debian('zstd', 'amd64', true);
    const lock = await resolve([request]);
    assert.equal(lock.hostRequests.x86_64![requestId(request)], [
      'debian:all/base-files@13',
      'debian:amd64/libc6@2.41~rc1-1',
      'debian:amd64/libzstd1@1.5.7',
      'debian:amd64/zstd@1:1.5.7+dfsg-1',
    ]);
    const zstd = lock.entries['debian:amd64/zstd@1:1.5.7+dfsg-1']!;
    assert.is(zstd.kind === 'debian' && zstd.path, 'pool/main/z/zstd/zstd_1.5.7+dfsg-1_amd64.deb');
  });

  test('the tarballs of a source package, and neither its description nor signatures', async () => {
    const request: InputRequest = { kind: 'debian-source', package: 'u-boot', host: false };
    const lock = await resolve([request]);
    assert.equal(lock.requests[requestId(request)], [
      'debian-source:u-boot_2025.01-3+deb13u1.debian.tar.xz',
      'debian-source:u-boot_2025.01.orig.tar.bz2',
    ]);
    const versions = Object.values(lock.entries).map(({ name, version }) => `${name} ${version}`);
    assert.equal(versions.sort(), ['u-boot 2025.01', 'u-boot 2025.01-3+deb13u1']);
    const gone = await refusalOf(resolve([{ kind: 'debian-source', package: 'v-boot', host: false }]));
    assert.is(gone.code, 'INPUT_UNAVAILABLE');
  });

  test('what was resolved can be fetched', async () => {
    const cache = temporaryFolder('inputs');
    const lock = await resolve([debian('zstd', 'amd64', true)]);
    const store = new InputStore(cache, { network: true, environment, retryDelays: [] });
    const inputs = Object.entries(lock.entries).map(([id, entry]) => ({ id, entry }));
    await store.ensure(inputs, { signal: new AbortController().signal });
    assert.is(filesBelow(cache).length, 4);
  });

  test('a package that is not there', async () => {
    const error = await refusalOf(resolve([debian('muscle', 'arm64')]));
    assert.is(error.code, 'INPUT_UNAVAILABLE');
    assert.match(error.message, 'Debian trixie has no muscle for arm64');
  });

  test("the host's apt neither changes the answer nor is changed", async () => {
    const folder = temporaryFolder('apt');
    const hook = join(folder, 'hook-ran');
    writeFileSync(join(folder, 'preferences'), 'Package: musl\nPin: version 1.2.5-3\nPin-Priority: -1\n');
    writeFileSync(
      join(folder, 'apt.conf'),
      [
        `Dir::Etc::Preferences "${folder}/preferences";`,
        `APT::Update::Pre-Invoke { "touch ${hook}"; };`,
        'APT::Install-Recommends "true";',
        'APT::Default-Release "sid";',
        'Acquire::AllowInsecureRepositories "true";',
      ].join('\n'),
    );
    const before = hostLists();
    const requests = [debian('musl', 'arm64'), debian('zstd', 'amd64', true)];
    const lock = await resolve(requests, { APT_CONFIG: join(folder, 'apt.conf') });
    assert.equal(lock, await resolve(requests));
    assert.equal(hostLists(), before);
    assert.not.ok(readdirSync(folder).includes('hook-ran'));
  });

  test("the host's proxy is used", async () => {
    const folder = temporaryFolder('apt');
    writeFileSync(join(folder, 'apt.conf'), `Acquire::http::Proxy "${server.address}";\n`);
    const lock = await resolve([debian('musl', 'arm64')], {
      APT_CONFIG: join(folder, 'apt.conf'),
      // A name that only the proxy knows.
      BOARDSMITH_DEBIAN_MIRROR: 'http://mirror.invalid/debian',
    });
    assert.equal(Object.keys(lock.entries), ['debian:arm64/musl@1.2.5-3']);
  });

  const untrusted: readonly [what: string, serve: () => void][] = [
    ['lists signed by somebody else', () => serveWith(new SigningKey())],
    [
      'lists that are not signed',
      () => serveRepository(server, '/debian', packages, (text) => Buffer.from(text)),
    ],
    [
      'lists changed after they were signed',
      () =>
        serveRepository(server, '/debian', packages, (text) =>
          Buffer.from(key.sign(text).toString().replace('Label: Debian', 'Label: Debiam')),
        ),
    ],
    [
      'an index that is not the one signed',
      () => {
        good();
        server.serve('/debian/dists/trixie/main/binary-arm64/Packages', bytes('Package: musl\nVersion: 9\n'));
      },
    ],
    ['no lists at all', () => server.serve('/debian/dists/trixie/InRelease', status(404))],
  ];
  const serveWith = (other: SigningKey): void => {
    serveRepository(server, '/debian', packages, (text) => other.sign(text));
    other.close();
  };
  for (const [what, serve] of untrusted) {
    test(`refused: ${what}, also if the host's apt would take it`, async () => {
      serve();
      const folder = temporaryFolder('apt');
      writeFileSync(
        join(folder, 'apt.conf'),
        'Acquire::AllowInsecureRepositories "true"; Acquire::AllowWeakRepositories "true";\nAPT::Get::AllowUnauthenticated "true";\n',
      );
      const cache = temporaryFolder('inputs');
      const error = await refusalOf(
        resolve([debian('musl', 'arm64')], { APT_CONFIG: join(folder, 'apt.conf') }, { cache }),
      );
      assert.is(error.code, 'INPUT_CORRUPT', error.message);
      assert.ok(error.hint);
      assert.equal(filesBelow(cache), []);
      good();
    });
  }

  test('a mirror out of reach', async () => {
    const dead = await LoopbackServer.start();
    await dead.close();
    // How often apt tries again is the host's to say.
    const config = join(temporaryFolder('apt'), 'apt.conf');
    writeFileSync(config, 'Acquire::Retries "0";\n');
    const error = await refusalOf(
      resolve([debian('musl', 'arm64')], {
        APT_CONFIG: config,
        BOARDSMITH_DEBIAN_MIRROR: `${dead.address}/debian`,
      }),
    );
    assert.is(error.code, 'INPUT_UNAVAILABLE');
    assert.match(error.hint!, 'connect this machine');
  });

  test('a keyring that is not there', async () => {
    const error = await refusalOf(
      resolve([debian('musl', 'arm64')], { BOARDSMITH_DEBIAN_KEYRING: '/none.gpg' }),
    );
    assert.is(error.code, 'HOST_UNSUITABLE');
    assert.match(error.hint!, 'debian-archive-keyring');
  });

  test('what other recipes ask for stays in a lock that is shared, and the date with it', async () => {
    const [musl, zstd] = [debian('musl', 'arm64'), debian('zstd', 'amd64', true)];
    const shared = await resolve([musl, zstd], {}, { now: '2026-01-01T00:00:00Z' });
    assert.is(await resolve([musl], {}, { previous: shared, others: 'keep' }), shared);
    const alone = await resolve([zstd], {}, { now: '2026-01-01T00:00:00Z' });
    const both = await resolve([musl], {}, { previous: alone, others: 'keep' });
    assert.equal({ ...both, date: shared.date }, shared);
    assert.is(both.date, '2026-11-26');
  });

  test('what is pinned stays until it is renewed; what nothing asks for goes; the date moves with a change', async () => {
    const musl = debian('musl', 'arm64');
    const image = debian('linux-image-arm64', 'arm64');
    const zstd = debian('zstd', 'amd64', true);
    const first = await resolve([musl, image, zstd]);
    const newer = packages.map((one) => (one.version === '1.2.5-3' ? { ...one, version: '1.2.5-4' } : one));
    serveRepository(server, '/debian', newer, (text) => key.sign(text));
    const later = '2027-01-01T00:00:00Z';
    const asked = server.requests.length;
    assert.is(await resolve([musl, image, zstd], {}, { previous: first, now: later }), first);
    assert.is(server.requests.length, asked, 'nothing was asked');
    assert.is(
      await resolve([musl, image, zstd], {}, { previous: first, renew: ['zstd'], now: later }),
      first,
    );
    const renewed = await resolve([musl, image, zstd], {}, { previous: first, renew: ['musl'], now: later });
    assert.is(renewed.date, '2027-01-01');
    assert.equal(renewed.requests[requestId(musl)], ['debian:arm64/musl@1.2.5-4']);
    assert.equal(renewed.hostRequests, first.hostRequests);
    assert.not.ok('debian:arm64/musl@1.2.5-3' in renewed.entries);
    const fewer = await resolve([musl], {}, { previous: first, now: later });
    assert.equal(Object.keys(fewer.entries), ['debian:arm64/musl@1.2.5-3']);
    assert.equal(fewer.hostRequests, {});
    const error = await refusalOf(resolve([musl], {}, { previous: first, renew: ['nonesuch'] }));
    assert.is(error.code, 'USAGE');
    good();
  });

  test.after(async () => {
    key.close();
    await server.close();
  });
}

/** What the host's apt knows: names, sizes and times of its lists. */
function hostLists(): unknown {
  return readdirSync('/var/lib/apt/lists').map((name) => {
    const { size, mtimeMs } = statSync(join('/var/lib/apt/lists', name));
    return [name, size, mtimeMs];
  });
}

test.run();

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { formatLock } from '../../builder/lock/format-lock.ts';
import { InputStore } from '../../builder/lock/input-store.ts';
import { type InputRequest, type Lock, requestId } from '../../builder/lock/lock-format.ts';
import { parseLock } from '../../builder/lock/read-lock.ts';
import { resolveLock } from '../../builder/lock/resolve-lock.ts';
import { filesBelow } from '../support/fetch-trial.ts';
import { loopbackEnvironment } from '../support/loopback-environment.ts';
import { bytes, LoopbackServer } from '../support/loopback-server.ts';
import { npmTarball, publish, sha512Integrity } from '../support/npm-registry.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const server = await LoopbackServer.start();
await publish(server, [
  {
    name: 'daemon',
    version: '1.0.0',
    dependencies: { leaf: '^1.0.0', '@scope/branch': '1.0.0' },
    optionalDependencies: { 'native-x64': '1.0.0', 'native-arm64': '1.0.0' },
    devDependencies: { 'test-tool': '1.0.0' },
    peerDependencies: { peer: '^1.0.0' },
    scripts: { install: 'exit 1', preinstall: 'exit 1' },
  },
]);
await publish(server, [
  { name: 'leaf', version: '1.0.0' },
  { name: 'leaf', version: '1.1.0' },
  { name: 'leaf', version: '2.0.0' },
]);
await publish(server, [{ name: '@scope/branch', version: '1.0.0', dependencies: { leaf: '2.0.0' } }]);
await publish(server, [{ name: 'native-x64', version: '1.0.0', os: ['linux'], cpu: ['x64'] }]);
await publish(server, [{ name: 'native-arm64', version: '1.0.0', os: ['linux'], cpu: ['arm64'] }]);
await publish(server, [{ name: 'peer', version: '1.5.0' }]);
await publish(server, [{ name: 'test-tool', version: '1.0.0' }]);

const tree = { kind: 'npm-tree', name: 'daemon', version: '1.0.0', host: false } as const;

async function resolve(
  requests: readonly InputRequest[],
  more: { previous?: Lock; renew?: 'all'; extra?: Record<string, string>; cache?: string } = {},
): Promise<Lock> {
  const environment = { ...loopbackEnvironment(server.address), ...more.extra };
  const cache = more.cache ?? temporaryFolder('inputs');
  return await resolveLock(requests, {
    previous: more.previous ?? null,
    renew: more.renew ?? 'none',
    hostArchitecture: 'x86_64',
    now: new Date('2026-11-26T12:00:00Z'),
    store: new InputStore(cache, { network: true, environment, retryDelays: [] }),
    signal: new AbortController().signal,
    progress: () => {},
  });
}

async function refusalOf(task: Promise<unknown>): Promise<BoardsmithError> {
  return await task.then(
    () => assert.unreachable('is refused') as never,
    (error: BoardsmithError) => error,
  );
}

test('a tree: nested versions, peers, the optional package that fits the boards, nothing for development', async () => {
  const lock = await resolve([tree]);
  assert.equal(lock.trees, {
    'npm-tree:daemon@1.0.0': [
      { path: 'node_modules/@scope/branch', entry: 'npm:@scope/branch@1.0.0' },
      { path: 'node_modules/@scope/branch/node_modules/leaf', entry: 'npm:leaf@2.0.0' },
      { path: 'node_modules/daemon', entry: 'npm:daemon@1.0.0' },
      { path: 'node_modules/leaf', entry: 'npm:leaf@1.1.0' },
      { path: 'node_modules/native-arm64', entry: 'npm:native-arm64@1.0.0' },
      { path: 'node_modules/peer', entry: 'npm:peer@1.5.0' },
    ],
  });
  assert.equal(lock.requests[requestId(tree)], [
    'npm:@scope/branch@1.0.0',
    'npm:daemon@1.0.0',
    'npm:leaf@1.1.0',
    'npm:leaf@2.0.0',
    'npm:native-arm64@1.0.0',
    'npm:peer@1.5.0',
  ]);
  assert.equal(parseLock(formatLock(lock), 'lock'), lock);
});

test("the user's npm configuration does not change the answer", async () => {
  const npmrc = join(temporaryFolder('npm'), 'npmrc');
  const settings = [
    'omit-lockfile-registry-resolved=true',
    'legacy-peer-deps=true',
    'install-strategy=nested',
  ];
  writeFileSync(
    npmrc,
    `${[...settings, 'before=2001-01-01', 'omit=optional', 'offline=true', ''].join('\n')}`,
  );
  const extra = { npm_config_userconfig: npmrc, npm_config_dry_run: 'true', NPM_CONFIG_OMIT: 'peer' };
  assert.equal(await resolve([tree], { extra }), await resolve([tree]));
});

test("the user's npm configuration says where the registry is", async () => {
  const npmrc = join(temporaryFolder('npm'), 'npmrc');
  writeFileSync(npmrc, `registry=${server.address}/npm/\n`);
  const environment = loopbackEnvironment(server.address);
  delete environment.npm_config_registry;
  const store = new InputStore(temporaryFolder('inputs'), {
    network: true,
    environment: { ...environment, npm_config_userconfig: npmrc },
    retryDelays: [],
  });
  const entry = { kind: 'npm', name: 'leaf', version: '1.0.0', host: false } as const;
  const lock = await resolveLock([entry], {
    previous: null,
    renew: 'none',
    hostArchitecture: 'x86_64',
    now: new Date(0),
    store,
    signal: new AbortController().signal,
    progress: () => {},
  });
  const content = await npmTarball({ name: 'leaf', version: '1.0.0' });
  assert.equal(lock.entries['npm:leaf@1.0.0'], {
    kind: 'npm',
    name: 'leaf',
    version: '1.0.0',
    size: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    integrity: sha512Integrity(content),
  });
});

/** A recipe's package-lock.json that names leaf 1.0.0. */
async function recipeLock(
  change: Record<string, unknown> = {},
): Promise<InputRequest & { kind: 'npm-lockfile' }> {
  const file = join(temporaryFolder('recipe'), 'package-lock.json');
  const integrity = sha512Integrity(await npmTarball({ name: 'leaf', version: '1.0.0' }));
  const packages = { '': {}, 'node_modules/leaf': { version: '1.0.0', integrity, ...change } };
  writeFileSync(file, JSON.stringify({ lockfileVersion: 3, packages }));
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  return { kind: 'npm-lockfile', sha256, file, host: false };
}

test("a recipe's own package-lock.json, followed to the letter", async () => {
  const request = await recipeLock();
  const lock = await resolve([request]);
  assert.equal(lock.requests[requestId(request)], ['npm:leaf@1.0.0']);
  assert.equal(lock.trees![requestId(request)], [{ path: 'node_modules/leaf', entry: 'npm:leaf@1.0.0' }]);
});

test('a package-lock.json whose integrity the registry does not meet', async () => {
  const request = await recipeLock({ integrity: sha512Integrity(Buffer.from('other')) });
  const cache = temporaryFolder('inputs');
  const error = await refusalOf(resolve([request], { cache }));
  assert.is(error.code, 'INPUT_CORRUPT');
  assert.match(error.message, /leaf@1\.0\.0 .*\nits integrity is sha512-/);
  assert.equal(filesBelow(cache), []);
});

test('a package-lock.json with a git dependency is refused by name, before anything is fetched', async () => {
  const asked = server.requests.length;
  const error = await refusalOf(resolve([await recipeLock({ resolved: 'git+ssh://git@host/leaf.git#1' })]));
  assert.is(error.code, 'RECIPE_INVALID');
  assert.match(error.problems[0]!, /package-lock\.json:1:\d+: leaf comes from git\+ssh/);
  assert.is(server.requests.length, asked);
});

test('a package-lock.json that changed after the recipe was read', async () => {
  const request = await recipeLock();
  writeFileSync(request.file, '{}');
  assert.is((await refusalOf(resolve([request]))).code, 'RECIPE_INVALID');
});

test('what is pinned is not fetched again when a tree is renewed', async () => {
  const lock = await resolve([tree]);
  const asked = server.requests.length;
  const renewed = await resolve([tree], { previous: lock, renew: 'all' });
  assert.is(renewed, lock);
  assert.not.ok(server.requests.slice(asked).some((path) => path.endsWith('.tgz')));
});

test('a package or a version that is not there', async () => {
  for (const request of [
    { kind: 'npm', name: 'leaf', version: '9.9.9', host: false },
    { kind: 'npm', name: 'nonesuch', version: '1.0.0', host: false },
    { kind: 'npm-tree', name: 'nonesuch', version: '1.0.0', host: false },
  ] as const) {
    const error = await refusalOf(resolve([request]));
    assert.is(error.code, 'INPUT_UNAVAILABLE', requestId(request));
    assert.match(error.hint!, 'correct the name or the version');
  }
});

test('a tarball that is not what the registry describes', async () => {
  const other = await npmTarball({ name: 'bad', version: '1.0.0' }, { 'evil.js': '' });
  await publish(server, [{ name: 'bad', version: '1.0.0' }], () => [bytes(other)]);
  const cache = temporaryFolder('inputs');
  const error = await refusalOf(
    resolve([{ kind: 'npm', name: 'bad', version: '1.0.0', host: false }], { cache }),
  );
  assert.is(error.code, 'INPUT_CORRUPT');
  assert.equal(filesBelow(cache), []);
});

test.after(() => server.close());
test.run();

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { hostArchitecture } from '../../builder/lock/host-architecture.ts';
import { type InputRequest, type Lock, requestId } from '../../builder/lock/lock-format.ts';
import { lookUp, lookUpTree } from '../../builder/lock/look-up.ts';
import { debianEntry, npmEntry } from '../support/lock-entries.ts';

const musl: InputRequest = {
  kind: 'debian',
  package: 'musl',
  architecture: 'arm64',
  closure: false,
  host: false,
};
const tool: InputRequest = {
  kind: 'debian',
  package: 'zstd',
  architecture: 'amd64',
  closure: true,
  host: true,
};
const tree = { kind: 'npm-tree', name: 'a', version: '1.0.0', host: false } as const;
const entries = {
  'debian:arm64/musl@1': debianEntry('musl', '1', 'arm64'),
  'debian:amd64/libc6@1': debianEntry('libc6', '1', 'amd64'),
  'debian:amd64/zstd@1': debianEntry('zstd', '1', 'amd64'),
  'npm:a@1.0.0': npmEntry('a', '1.0.0'),
};
const lock: Lock = {
  lockVersion: 1,
  date: '2026-11-26',
  requests: { [requestId(musl)]: ['debian:arm64/musl@1'], [requestId(tree)]: ['npm:a@1.0.0'] },
  hostRequests: { x86_64: { [requestId(tool)]: ['debian:amd64/libc6@1', 'debian:amd64/zstd@1'] } },
  entries,
  trees: { [requestId(tree)]: [{ path: 'node_modules/a', entry: 'npm:a@1.0.0' }] },
};

test('answers come with their ids, in order', () => {
  assert.equal(lookUp(lock, tool, 'x86_64'), [
    { id: 'debian:amd64/libc6@1', entry: entries['debian:amd64/libc6@1'] },
    { id: 'debian:amd64/zstd@1', entry: entries['debian:amd64/zstd@1'] },
  ]);
  assert.is(lookUp(lock, musl, 'x86_64').length, 1);
  assert.equal(lookUpTree(lock, tree), [{ path: 'node_modules/a', entry: 'npm:a@1.0.0' }]);
});

const unanswered: readonly [string, () => unknown, string][] = [
  ['another package', () => lookUp(lock, { ...musl, package: 'zlib1g' }, 'x86_64'), 'debian:arm64:zlib1g'],
  [
    'another architecture',
    () => lookUp(lock, { ...musl, architecture: 'amd64' }, 'x86_64'),
    'debian:amd64:musl',
  ],
  ['with its closure', () => lookUp(lock, { ...musl, closure: true }, 'x86_64'), 'debian:arm64:musl+closure'],
  [
    "what is pinned for targets, asked for the host's sake",
    () => lookUp(lock, { ...musl, host: true }, 'x86_64'),
    'musl',
  ],
  ['a tree of another version', () => lookUpTree(lock, { ...tree, version: '2.0.0' }), 'npm-tree:a@2.0.0'],
];
for (const [what, ask, id] of unanswered) {
  test(`not answered: ${what}`, () => {
    assert.throws(
      ask,
      (error: BoardsmithError) =>
        error.code === 'LOCK_INVALID' &&
        error.message.includes(id) &&
        error.hint!.startsWith('boardsmith lock'),
    );
  });
}

test('build machines: x86-64, and a clear refusal of any other', () => {
  assert.is(hostArchitecture('x64'), 'x86_64');
  assert.throws(
    () => hostArchitecture('arm64'),
    (error: BoardsmithError) =>
      error.code === 'HOST_UNSUITABLE' && error.message.includes('this one is arm64'),
  );
});

test.run();

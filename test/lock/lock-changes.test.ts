import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { describeLockChanges } from '../../builder/lock/lock-changes.ts';
import { entryId, type Lock, type LockEntry } from '../../builder/lock/lock-format.ts';
import { overlayLock } from '../../builder/lock/overlay-lock.ts';
import { debianEntry, npmEntry } from '../support/lock-entries.ts';

function lockOf(requests: Record<string, readonly LockEntry[]>, date = '2026-01-01'): Lock {
  const all = Object.values(requests).flat();
  return {
    lockVersion: 1,
    date,
    requests: Object.fromEntries(Object.entries(requests).map(([id, entries]) => [id, entries.map(entryId)])),
    hostRequests: {},
    entries: Object.fromEntries(all.map((entry) => [entryId(entry), entry])),
  };
}

function lines(before: Lock | null, after: Lock): readonly string[] {
  return describeLockChanges(before, after).map(({ line }) => line);
}

const musl1 = debianEntry('musl', '1.2.5-1', 'arm64');
const musl3 = debianEntry('musl', '1.2.5-3', 'arm64');

test('a newer version', () => {
  const changes = describeLockChanges(
    lockOf({ 'debian:arm64:musl': [musl1] }),
    lockOf({ 'debian:arm64:musl': [musl3] }),
  );
  assert.equal(changes, [
    {
      change: 'changed',
      name: 'musl',
      platform: 'arm64',
      from: '1.2.5-1',
      to: '1.2.5-3',
      line: 'musl 1.2.5-1 → 1.2.5-3 (arm64)',
    },
  ]);
});

test("a kernel, whose package's name changes with its version, is one change", () => {
  const request = 'debian:arm64:linux-image-arm64';
  const before = lockOf({ [request]: [debianEntry('linux-image-6.12.117-arm64', '6.12.117-1', 'arm64')] });
  const after = lockOf({ [request]: [debianEntry('linux-image-6.12.118-arm64', '6.12.118-1', 'arm64')] });
  assert.equal(lines(before, after), ['linux-image-arm64 6.12.117-1 → 6.12.118-1 (arm64)']);
});

test('a package in a closure, one that came and one that went', () => {
  const id = 'debian:amd64:zstd+closure';
  const before = lockOf({
    [id]: [
      debianEntry('libc6', '1', 'amd64'),
      debianEntry('zstd', '1', 'amd64'),
      debianEntry('liblz4-1', '1', 'amd64'),
    ],
  });
  const after = lockOf({
    [id]: [
      debianEntry('libc6', '2', 'amd64'),
      debianEntry('zstd', '1', 'amd64'),
      debianEntry('liblzma5', '1', 'amd64'),
    ],
  });
  assert.equal(lines(before, after), [
    'libc6 1 → 2 (amd64)',
    'liblz4-1 1 removed (amd64)',
    'liblzma5 1 added (amd64)',
  ]);
});

test('several versions of one package side by side', () => {
  const before = lockOf({ 'npm-tree:x@1': [npmEntry('a', '1.0.0'), npmEntry('a', '2.0.0')] });
  const after = lockOf({
    'npm-tree:x@1': [npmEntry('a', '1.0.0'), npmEntry('a', '2.0.1'), npmEntry('a', '3.0.0')],
  });
  assert.equal(lines(before, after), ['a 2.0.0 removed', 'a 2.0.1 added', 'a 3.0.0 added']);
});

test('the same version with other bytes', () => {
  const other = { ...musl1, sha256: '0'.repeat(64) };
  assert.equal(lines(lockOf({ 'debian:arm64:musl': [musl1] }), lockOf({ 'debian:arm64:musl': [other] })), [
    'musl 1.2.5-1: other bytes (arm64)',
  ]);
});

test('a first lock, and no change', () => {
  const lock = lockOf({ 'debian:arm64:musl': [musl1] });
  assert.equal(lines(null, lock), ['musl 1.2.5-1 added (arm64)']);
  assert.equal(lines(lock, lock), []);
});

test('a request that needs nothing new', () => {
  const before = lockOf({ 'debian:arm64:musl': [musl1] });
  const after = lockOf({ 'debian:arm64:musl': [musl1], 'debian:arm64:musl+closure': [musl1] });
  assert.equal(lines(before, after), ['debian:arm64:musl+closure is asked for, of what was pinned already']);
  assert.equal(lines(after, before), ['debian:arm64:musl+closure is no longer asked for']);
});

test('laying renewed answers over a lock keeps the others and drops what nothing names', () => {
  const shell = debianEntry('zlib1g', '1', 'arm64');
  const base = lockOf({ 'debian:arm64:musl': [musl1], 'debian:arm64:zlib1g': [shell] });
  const merged = overlayLock(base, lockOf({ 'debian:arm64:musl': [musl3] }, '2026-02-02'));
  assert.equal(
    merged,
    lockOf({ 'debian:arm64:zlib1g': [shell], 'debian:arm64:musl': [musl3] }, '2026-02-02'),
  );
});

test.run();

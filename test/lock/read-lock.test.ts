import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { formatLock } from '../../builder/lock/format-lock.ts';
import type { Lock } from '../../builder/lock/lock-format.ts';
import { parseLock, readLock } from '../../builder/lock/read-lock.ts';
import { writeLock } from '../../builder/lock/write-lock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const sha256 = 'a'.repeat(64);
const musl = 'debian:arm64/musl@1:1.2.5-3+b1';
const left = 'npm:left@1.0.0';
const wheel = 'pypi:zig-0.17.1-py3-none-any.whl';
const good: Lock = {
  lockVersion: 1,
  date: '2026-11-26',
  requests: { 'debian:arm64:musl': [musl], 'npm-tree:left@1.0.0': [left] },
  hostRequests: { x86_64: { 'pypi:zig==0.17.1:manylinux_2_12_x86_64': [wheel] } },
  entries: {
    [musl]: {
      kind: 'debian',
      name: 'musl',
      version: '1:1.2.5-3+b1',
      suite: 'trixie',
      architecture: 'arm64',
      path: 'pool/main/m/musl/musl_1.2.5-3+b1_arm64.deb',
      size: 412440,
      sha256,
    },
    [left]: {
      kind: 'npm',
      name: 'left',
      version: '1.0.0',
      size: 10,
      sha256,
      integrity: `sha512-${'A'.repeat(86)}==`,
    },
    [wheel]: {
      kind: 'pypi',
      name: 'zig',
      version: '0.17.1',
      file: 'zig-0.17.1-py3-none-any.whl',
      platform: 'manylinux_2_12_x86_64',
      size: 10,
      sha256,
    },
  },
  trees: { 'npm-tree:left@1.0.0': [{ path: 'node_modules/left', entry: left }] },
};

// biome-ignore lint/suspicious/noExplicitAny: the changes break the type on purpose.
type LooseLock = any;

/** What is said about the good lock after `change` was made to it. */
function problemsAfter(change: (lock: LooseLock) => void): readonly string[] {
  const lock = structuredClone(good);
  change(lock);
  return problemsOf(formatLock(lock));
}

function problemsOf(text: string): readonly string[] {
  try {
    parseLock(text, 'x.lock');
  } catch (error) {
    assert.instance(error, BoardsmithError);
    assert.is((error as BoardsmithError).code, 'LOCK_INVALID');
    assert.match((error as BoardsmithError).hint!, 'boardsmith lock');
    return (error as BoardsmithError).problems;
  }
  return [];
}

test('a good lock is read as it was written', async () => {
  const file = join(temporaryFolder('lock'), 'deeper', 'boardsmith.lock');
  await writeLock(file, good);
  assert.equal(await readLock(file), good);
  assert.equal(problemsOf(formatLock(good)), []);
});

const refused: readonly [what: string, change: (lock: LooseLock) => void, message: RegExp][] = [
  ['another version', (lock) => (lock.lockVersion = 2), /:\d+:\d+: "lockVersion" must be 1/],
  ['no date', (lock) => delete lock.date, /the lock lacks "date"/],
  ['a date with a time', (lock) => (lock.date = '2026-11-26T00:00'), /"date" must match/],
  ['a day that is none', (lock) => (lock.date = '2026-02-30'), /there is no day 2026-02-30/],
  ['a key nobody knows', (lock) => (lock.note = 'x'), /"note" is not known here/],
  ['a key in an entry', (lock) => (lock.entries[musl].url = 'x'), /"url" is not known here/],
  ['an upper-case sha256', (lock) => (lock.entries[musl].sha256 = 'A'.repeat(64)), /"sha256" must match/],
  ['a short sha256', (lock) => (lock.entries[musl].sha256 = 'a'.repeat(63)), /"sha256" must match/],
  ['no sha256', (lock) => delete lock.entries[left].sha256, /lacks "sha256"/],
  ['no size', (lock) => delete lock.entries[left].size, /lacks "size"/],
  ['size 0', (lock) => (lock.entries[left].size = 0), /"size" must be >= 1/],
  ['half a byte', (lock) => (lock.entries[left].size = 1.5), /"size" must be integer/],
  [
    'a kind nobody knows',
    (lock) => (lock.entries[left].kind = 'gem'),
    /value of tag "kind" must be in oneOf/,
  ],
  ['an absolute path', (lock) => (lock.entries[musl].path = '/etc/passwd.deb'), /"path" must match/],
  ['a climbing path', (lock) => (lock.entries[musl].path = 'pool/../../x.deb'), /"path" must match/],
  ['a path that is no package', (lock) => (lock.entries[musl].path = 'pool/x.sh'), /"path" must match/],
  ['a wheel with a folder', (lock) => (lock.entries[wheel].file = 'a/b.whl'), /"file" must match/],
  ['a wheel that is none', (lock) => (lock.entries[wheel].file = 'b.tar.gz'), /"file" must match/],
  ['an option for a name', (lock) => (lock.entries[left].name = '--global'), /"name" must match/],
  ['an option for a version', (lock) => (lock.entries[left].version = '-x'), /"version" must match/],
  ['an address for a version', (lock) => (lock.entries[left].version = 'http://x/y'), /"version" must match/],
  [
    'an integrity that is none',
    (lock) => (lock.entries[left].integrity = 'md5-AAAA'),
    /"integrity" must match/,
  ],
  [
    'an architecture that no board has',
    (lock) => (lock.entries[musl].architecture = 'mips'),
    /"architecture" must be/,
  ],
  ['a platform with spaces', (lock) => (lock.entries[wheel].platform = 'a b'), /"platform" must match/],
  ['a request of no kind', (lock) => (lock.requests['gem:x'] = [musl]), /"gem:x" must match/],
  [
    'a request without answer',
    (lock) => (lock.requests['debian:arm64:musl'] = []),
    /must NOT have fewer than 1 items/,
  ],
  [
    'an answer twice',
    (lock) => lock.requests['debian:arm64:musl'].push(musl),
    /must NOT have duplicate items/,
  ],
  ['a build machine nobody knows', (lock) => (lock.hostRequests.riscv = {}), /"riscv" is not known here/],
  [
    'a dangling answer',
    (lock) => (lock.requests['debian:arm64:musl'] = ['debian:arm64/x@1']),
    /which is not in "entries"/,
  ],
  [
    'an entry nobody needs',
    (lock) => delete lock.requests['debian:arm64:musl'],
    /no request needs entry debian:arm64\/musl/,
  ],
  ['an id of something else', (lock) => (lock.entries[musl].version = '9'), /describes debian:arm64\/musl@9/],
  [
    'an inherited key as an answer',
    (lock) => (lock.requests['debian:arm64:musl'] = ['toString']),
    /which is not in "entries"/,
  ],
  ['a tree request without tree', (lock) => delete lock.trees, /"trees" does not say where/],
  [
    'a place that climbs',
    (lock) => (lock.trees['npm-tree:left@1.0.0'][0].path = 'node_modules/..'),
    /"path" must match/,
  ],
  [
    'a place elsewhere',
    (lock) => (lock.trees['npm-tree:left@1.0.0'][0].path = 'src/left'),
    /"path" must match/,
  ],
  [
    'a place of something else',
    (lock) => (lock.trees['npm-tree:left@1.0.0'][0].entry = musl),
    /is no entry of npm-tree:left/,
  ],
  [
    'two packages at one place',
    (lock) => lock.trees['npm-tree:left@1.0.0'].push({ path: 'node_modules/left', entry: left }),
    /two packages lie at node_modules\/left/,
  ],
  [
    'an answer without a place',
    (lock) => lock.requests['npm-tree:left@1.0.0'].push(musl),
    /has no place in the tree/,
  ],
];
for (const [what, change, message] of refused) {
  test(`refused: ${what}`, () => {
    const problems = problemsAfter(change);
    assert.ok(
      problems.some((problem) => message.test(problem)),
      problems.join('\n') || 'nothing was said',
    );
    for (const problem of problems) assert.match(problem, /^x\.lock:\d+:\d+: /);
  });
}

test('a problem names the line and column of the value', () => {
  const text = formatLock({
    ...good,
    entries: { ...good.entries, [musl]: { ...good.entries[musl]!, sha256: 'zz' } },
  });
  const lines = text.split('\n');
  const line = lines.findIndex((one) => one.includes('"zz"'));
  assert.match(problemsOf(text)[0]!, `x.lock:${line + 1}:${lines[line]!.indexOf('"sha256"') + 1}: `);
});

test('all problems are named at once', () => {
  const problems = problemsAfter((lock) => {
    lock.entries[musl].sha256 = 'x';
    lock.entries[left].size = -1;
    lock.date = 'today';
  });
  assert.is(problems.length, 3);
});

test('a text that is cut off', () => {
  const text = formatLock(good);
  assert.match(problemsOf(text.slice(0, text.length / 2))[0]!, /^x\.lock:\d+:\d+: not valid JSON/);
});

test('a conflict that was committed', () => {
  const text = formatLock(good).replace('"date"', '<<<<<<< HEAD\n  "date"');
  assert.match(problemsOf(text)[0]!, /^x\.lock:2:\d+: not valid JSON|^x\.lock:3:\d+: not valid JSON/);
});

test('a key that stands there twice', () => {
  const text = formatLock(good).replace('"date"', '"date": "2020-01-01",\n  "date"');
  assert.match(problemsOf(text)[0]!, /^x\.lock:3:3: this key stands here twice/);
});

test('white space alone is no mistake', () => {
  assert.equal(problemsOf(JSON.stringify(good)), []);
});

test('text that is YAML but no JSON', () => {
  try {
    parseLock("{'lockVersion': 1}", 'x.lock');
    assert.unreachable();
  } catch (error) {
    assert.is((error as BoardsmithError).code, 'LOCK_INVALID');
    assert.match((error as BoardsmithError).message, 'x.lock is not valid JSON');
  }
});

test('a lock that is not there, and one that is a folder', async () => {
  const folder = temporaryFolder('lock');
  for (const file of [join(folder, 'none'), folder]) {
    try {
      await readLock(file);
      assert.unreachable();
    } catch (error) {
      assert.is((error as BoardsmithError).code, 'LOCK_INVALID');
      assert.match((error as BoardsmithError).hint!, 'boardsmith lock');
    }
  }
});

test('a lock that cannot be written leaves nothing and keeps its cause', async () => {
  const folder = temporaryFolder('lock');
  writeFileSync(join(folder, 'file'), '');
  try {
    await writeLock(join(folder, 'file', 'boardsmith.lock'), good);
    assert.unreachable();
  } catch (error) {
    assert.is((error as BoardsmithError).code, 'FILE_UNUSABLE');
    assert.ok((error as BoardsmithError).cause);
  }
});

test.run();

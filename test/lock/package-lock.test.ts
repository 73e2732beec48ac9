import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readPackageLock } from '../../builder/lock/resolve/package-lock.ts';

const integrity = 'sha512-AAAA';

function read(packages: Record<string, unknown>): ReturnType<typeof readPackageLock> {
  return readPackageLock(JSON.stringify({ lockfileVersion: 3, packages }, null, 2), 'package-lock.json');
}

function pathsOf(packages: Record<string, unknown>): readonly string[] {
  const { packages: found, problems } = read(packages);
  assert.equal(problems, []);
  return found.map(({ path }) => path);
}

test('places, names and aliases, sorted by path', () => {
  const { packages, problems } = read({
    '': { name: 'x' },
    'node_modules/z': { version: '1.0.0', integrity },
    'node_modules/@a/b': { version: '2.0.0', integrity },
    'node_modules/@a/b/node_modules/z': {
      version: '0.9.0',
      integrity,
      resolved: 'https://registry.invalid/z.tgz',
    },
    'node_modules/alias': { name: 'real', version: '3.0.0', integrity },
  });
  assert.equal(problems, []);
  assert.equal(packages, [
    { path: 'node_modules/@a/b', name: '@a/b', version: '2.0.0', integrity },
    { path: 'node_modules/@a/b/node_modules/z', name: 'z', version: '0.9.0', integrity },
    { path: 'node_modules/alias', name: 'real', version: '3.0.0', integrity },
    { path: 'node_modules/z', name: 'z', version: '1.0.0', integrity },
  ]);
});

test('left out: development, bundled, left-over, and optional packages of other machines', () => {
  const paths = pathsOf({
    'node_modules/dev': { version: '1.0.0', integrity, dev: true },
    'node_modules/a/node_modules/bundled': { version: '1.0.0', inBundle: true },
    'node_modules/left-over': { version: '1.0.0', integrity, extraneous: true },
    'node_modules/mac': { version: '1.0.0', integrity, optional: true, os: ['darwin'] },
    'node_modules/x64': { version: '1.0.0', integrity, optional: true, cpu: ['x64'] },
    'node_modules/glibc': { version: '1.0.0', integrity, optional: true, os: ['linux'], libc: ['glibc'] },
    'node_modules/not-arm': { version: '1.0.0', integrity, optional: true, cpu: ['!arm64'] },
  });
  assert.equal(paths, []);
});

test('kept: peers, optional packages that fit, what development needs too', () => {
  const paths = pathsOf({
    'node_modules/both': { version: '1.0.0', integrity, devOptional: true },
    'node_modules/fits': {
      version: '1.0.0',
      integrity,
      optional: true,
      os: ['linux'],
      cpu: ['arm64'],
      libc: ['musl'],
    },
    'node_modules/not-windows': { version: '1.0.0', integrity, os: ['!win32'] },
    'node_modules/peer': { version: '1.0.0', integrity, peer: true },
  });
  assert.is(paths.length, 4);
});

const refused: readonly [what: string, packages: Record<string, unknown>, problem: RegExp][] = [
  [
    'a git dependency',
    { 'node_modules/g': { version: '1.0.0', resolved: 'git+ssh://git@host/g.git#abc' } },
    /^package-lock\.json:4:5: g comes from git\+ssh, not from a registry/,
  ],
  [
    'a file',
    { 'node_modules/f': { version: '1.0.0', resolved: 'file:../f.tgz', integrity } },
    /: f comes from file, not from a registry/,
  ],
  ['a link', { 'node_modules/l': { resolved: '../l', link: true } }, /: l is a folder of its own/],
  ['a workspace', { 'packages/w': { version: '1.0.0' } }, /: packages\/w is a folder of its own/],
  [
    'a place that climbs out',
    { 'node_modules/../../../evil': { name: 'evil', version: '1.0.0', integrity } },
    /: evil cannot lie at node_modules\/\.\.\/\.\.\/\.\.\/evil/,
  ],
  [
    'a name that is a path',
    { 'node_modules/../../../evil': { version: '1.0.0', integrity } },
    /: \.\.\/\.\.\/\.\.\/evil is no name of a published package/,
  ],
  [
    'a name that is an option of npm',
    { 'node_modules/--registry=x': { version: '1.0.0', integrity } },
    /: --registry=x is no name of a published package/,
  ],
  [
    'an alias of what is no name',
    { 'node_modules/alias': { name: '-g', version: '1.0.0', integrity } },
    /: -g is no name of a published package/,
  ],
  [
    'an inner place that climbs out',
    { 'node_modules/a/node_modules/../../../b': { name: 'b', version: '1.0.0', integrity } },
    /: b cannot lie at node_modules\/a\/node_modules\/\.\./,
  ],
  [
    'a version that is an address',
    { 'node_modules/v': { version: 'https://host/v.tgz', integrity } },
    /: v has "https:\/\/host\/v\.tgz" as its version/,
  ],
  ['a version that is no text', { 'node_modules/v': { version: 1, integrity } }, /: v has 1 as its version/],
  ['no integrity', { 'node_modules/n': { version: '1.0.0' } }, /: n has no version or no integrity/],
  [
    'a package that does not run on a board',
    { 'node_modules/win': { version: '1.0.0', integrity, os: ['win32'] } },
    /: win is not made for Linux on arm64/,
  ],
];
for (const [what, packages, problem] of refused) {
  test(`refused by name: ${what}`, () => {
    const { problems } = read(packages);
    assert.is(problems.length, 1);
    assert.match(problems[0]!, problem);
  });
}

test('a file of npm 6, and one that is no JSON', () => {
  assert.match(readPackageLock('{"lockfileVersion": 1}', 'p').problems[0]!, 'lockfileVersion must be 2 or 3');
  assert.match(readPackageLock('{', 'p').problems[0]!, 'not valid JSON');
});

test.run();

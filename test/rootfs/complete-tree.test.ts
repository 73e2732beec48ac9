import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { completeTree } from '../../builder/rootfs/complete-tree.ts';
import type { TreeEntry } from '../../builder/rootfs/tree.ts';
import { directory, file, symlink } from '../support/tree-entries.ts';

test('adds parents and the root, and sorts by code unit', () => {
  const tree = completeTree([
    file('/usr/bin/z'),
    file('/usr/bin/Z'),
    file('/usr/bin/ä'),
    directory('/usr-x'),
  ]);
  assert.equal(
    tree.map(({ path }) => path),
    ['/', '/usr', '/usr-x', '/usr/bin', '/usr/bin/Z', '/usr/bin/z', '/usr/bin/ä'],
  );
  const usr = tree[1]!;
  assert.equal([usr.type, usr.mode, usr.uid, usr.gid], ['directory', 0o755, 0, 0]);
});

test('the same tree whatever the order of the entries', () => {
  const entries = [
    file('/a/b'),
    directory('/a', { mode: 0o700 }),
    symlink('/c', 'a/b'),
    directory('/', { mode: 0o555 }),
  ];
  assert.equal(completeTree(entries), completeTree([...entries].reverse()));
  assert.is(completeTree(entries)[0]!.mode, 0o555);
});

function problems(entries: readonly TreeEntry[]): readonly string[] {
  try {
    completeTree(entries);
  } catch (error) {
    assert.instance(error, BoardsmithError);
    assert.is((error as BoardsmithError).code, 'STEP_FAILED');
    return (error as BoardsmithError).problems;
  }
  throw new Error('nothing was refused');
}

const refused: readonly (readonly [string, readonly TreeEntry[], RegExp])[] = [
  ['a path that is not absolute', [file('a')], /not absolute/],
  ['..', [file('/a/../b')], /\. or \.\. part/],
  ['.', [file('/a/./b')], /\. or \.\. part/],
  ['//', [file('/a//b')], /empty part/],
  ['a slash at the end', [directory('/a/')], /empty part/],
  ['an empty path', [file('')], /not absolute/],
  ['a NUL', [file('/a\0b')], /NUL/],
  ['a line break', [file('/a\nb')], /line break/],
  ['setuid', [file('/su', '', { mode: 0o4755 })], /setuid, setgid or sticky/],
  ['setgid', [directory('/g', { mode: 0o2755 })], /setuid, setgid or sticky/],
  ['sticky', [directory('/tmp', { mode: 0o1777 })], /setuid, setgid or sticky/],
  ['a mode of nothing', [file('/x', '', { mode: 0 })], /no usable mode/],
  ['a mode with a file type', [file('/x', '', { mode: 0o100644 })], /no usable mode/],
  ['a file below a file', [file('/a'), file('/a/b')], /its parent \/a .* is a file/],
  ['a file below a symlink', [symlink('/a', '/b'), file('/a/b')], /its parent \/a .* is a symlink/],
];
for (const [what, entries, message] of refused) {
  test(`refuses ${what}`, () => assert.match(problems(entries).join('\n'), message));
}

test('names both origins of two entries for one path', () => {
  const twice = [file('/a', '', { origin: 'debian:x' }), directory('/a', { origin: 'source:y' })];
  assert.match(problems(twice).join('\n'), /\/a: comes twice, from debian:x and from source:y/);
});

test('tells every problem at once', () => {
  assert.is(problems([file('a'), file('/b//c'), file('/su', '', { mode: 0o4755 })]).length, 3);
});

test('lets special bits through where they are asked for', () => {
  const [, tmp] = completeTree([directory('/tmp', { mode: 0o1777 })], { specialBits: ['/tmp'] });
  assert.is(tmp!.mode, 0o1777);
});

test.run();

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { completeTree } from '../../builder/rootfs/complete-tree.ts';
import { writeCpio } from '../../builder/rootfs/write-cpio.ts';
import { directory, file, symlink } from '../support/tree-entries.ts';

interface CpioEntry {
  readonly name: string;
  readonly mode: number;
  readonly inode: number;
  readonly uid: number;
  readonly nlink: number;
  readonly mtime: number;
  readonly content: string;
}

/** Reads a newc archive by the format's own description, strictly. */
function readCpio(archive: Buffer): CpioEntry[] {
  const entries: CpioEntry[] = [];
  for (let at = 0; ; ) {
    assert.is(at % 4, 0, 'aligned');
    assert.is(archive.toString('latin1', at, at + 6), '070701');
    const field = (index: number): number => {
      const text = archive.toString('latin1', at + 6 + index * 8, at + 14 + index * 8);
      assert.match(text, /^[0-9A-F]{8}$/);
      return Number.parseInt(text, 16);
    };
    const [nameSize, size] = [field(11), field(6)];
    assert.is(archive[at + 110 + nameSize - 1], 0, 'the name ends with NUL');
    const name = archive.toString('utf8', at + 110, at + 110 + nameSize - 1);
    const data = Math.ceil((at + 110 + nameSize) / 4) * 4;
    if (name === 'TRAILER!!!') return entries;
    const content = archive.toString('utf8', data, data + size);
    entries.push({
      name,
      content,
      inode: field(0),
      mode: field(1),
      uid: field(2),
      nlink: field(4),
      mtime: field(5),
    });
    at = Math.ceil((data + size) / 4) * 4;
  }
}

const tree = completeTree([
  file('/init', 'program', { mode: 0o755 }),
  file('/lib/modules/virtio_blk.ko', 'module!', { mode: 0o444, uid: 7 }),
  symlink('/bin/x', '../init'),
  directory('/dev', { mode: 0o555 }),
  file('/empty'),
]);

test('holds the tree, without its root', async () => {
  const entries = readCpio(await writeCpio(tree, 1_700_000_000));
  assert.equal(
    entries.map(({ name, mode, content }) => [name, mode.toString(8), content]),
    [
      ['bin', '40755', ''],
      ['bin/x', '120777', '../init'],
      ['dev', '40555', ''],
      ['empty', '100644', ''],
      ['init', '100755', 'program'],
      ['lib', '40755', ''],
      ['lib/modules', '40755', ''],
      ['lib/modules/virtio_blk.ko', '100444', 'module!'],
    ],
  );
  assert.equal(
    entries.map(({ inode }) => inode),
    [1, 2, 3, 4, 5, 6, 7, 8],
  );
  assert.ok(entries.every(({ mtime }) => mtime === 1_700_000_000));
  assert.is(entries.at(-1)!.uid, 7);
});

test('parents come before what is in them, whatever the names', async () => {
  const names = readCpio(await writeCpio(completeTree([file('/a-b'), file('/a/c'), file('/a.d')]), 0)).map(
    ({ name }) => name,
  );
  assert.ok(names.indexOf('a') < names.indexOf('a/c'));
});

test('the same bytes each time, a multiple of 512', async () => {
  const first = await writeCpio(tree, 5);
  assert.ok(first.equals(await writeCpio(tree, 5)));
  assert.is(first.length % 512, 0);
});

test.run();

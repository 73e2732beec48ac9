import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { initramfsEntries } from '../../builder/inspect/unpack-initramfs.ts';
import { completeTree } from '../../builder/rootfs/complete-tree.ts';
import { writeCpio } from '../../builder/rootfs/write-cpio.ts';
import { rejectedWith } from '../support/rejection.ts';
import { file } from '../support/tree-entries.ts';

const test = suite('what an initramfs holds');

const archive = (files: Readonly<Record<string, string>>): Promise<Buffer> =>
  writeCpio(completeTree(Object.entries(files).map(([path, content]) => file(path, content))), 0);
const [first, second] = [
  await archive({ '/record': 'one', '/b': 'b' }),
  await archive({ '/init': 'i', '/b': 'B' }),
];

function listed(initramfs: Buffer): string[] {
  return initramfsEntries(initramfs).map(({ path, content }) => `${path} ${content.toString()}`);
}

test('archives one after the other, the last one packed; of one path the later one counts', () => {
  const expected = ['/b B', '/init i', '/record one'];
  assert.equal(listed(Buffer.concat([first, second])), expected);
  assert.equal(listed(Buffer.concat([first, gzipSync(second)])), expected);
  assert.equal(listed(Buffer.concat([first, Buffer.alloc(4096), second, Buffer.alloc(3)])), expected);
});

test('something that is no archive behind one is refused', async () => {
  const listing = Promise.resolve().then(() =>
    listed(Buffer.concat([first, Buffer.from('rest of something')])),
  );
  await rejectedWith(listing, 'FILE_UNUSABLE', /cut off|no cpio archive/);
});

test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readCpio } from '../../builder/image/cpio-reader.ts';
import { readContent } from '../../builder/rootfs/file-content.ts';
import { writeCpio } from '../../builder/rootfs/write-cpio.ts';
import { rejectedWith } from '../support/rejection.ts';
import { smallInitramfs } from '../support/small-image.ts';

const test = suite('a cpio archive, read back');
const archive = await writeCpio(smallInitramfs, 1);

test('has what was written', async () => {
  const { entries } = readCpio(archive);
  const written = smallInitramfs.filter(({ path }) => path !== '/');
  assert.equal(
    entries.map(({ path, type }) => [path, type]),
    written.map(({ path, type }) => [path, type]),
  );
  for (const [index, entry] of written.entries()) {
    assert.is(entries[index]!.mode, entry.mode);
    if (entry.type === 'file') assert.ok(entries[index]!.content.equals(await readContent(entry)));
    if (entry.type === 'symlink') assert.is(entries[index]!.content.toString(), entry.target);
  }
});

const refused: readonly (readonly [string, Buffer, RegExp])[] = [
  ['nothing', Buffer.alloc(0), /cut off/],
  ['text', Buffer.alloc(500, 0x61), /no cpio archive/],
  ['one that is cut off', archive.subarray(0, 3000), /cut off/],
  ['a header that is none', Buffer.from(archive).fill('x', 20, 30), /a header of it is none/],
];
for (const [what, bytes, message] of refused) {
  test(`${what} is refused`, async () => {
    await rejectedWith(
      Promise.resolve().then(() => readCpio(bytes)),
      'FILE_UNUSABLE',
      message,
    );
  });
}

test.run();

import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { ByteRange } from '../../builder/image/byte-range.ts';
import { SquashfsReader } from '../../builder/image/squashfs-reader.ts';
import { readContent } from '../../builder/rootfs/file-content.ts';
import { rejectedWith } from '../support/rejection.ts';
import { smallPart, smallRoot } from '../support/small-image.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('a squashfs, read without a program');
const folder = temporaryFolder('squashfs-reader');

/** Opens bytes as a squashfs, behind `before` foreign ones. */
async function reading<Value>(
  bytes: Buffer,
  use: (squashfs: SquashfsReader) => Promise<Value>,
): Promise<Value> {
  const before = 512;
  const file = join(folder, 'partition');
  await writeFile(file, Buffer.concat([Buffer.alloc(before, 0xa5), bytes]));
  const handle = await open(file, 'r');
  try {
    return await use(await SquashfsReader.open(new ByteRange(handle, before, bytes.length)));
  } finally {
    await handle.close();
  }
}

test('every entry with its content, mode, owner and target', async () => {
  await reading(await smallPart('root'), async (squashfs) => {
    const entries = await squashfs.entries();
    assert.equal(
      entries.map(({ path }) => path),
      smallRoot.map(({ path }) => path),
    );
    for (const [index, entry] of smallRoot.entries()) {
      const found = entries[index]!;
      assert.is(found.type, entry.type, entry.path);
      if (entry.type !== 'symlink') assert.is(found.mode, entry.mode, entry.path);
      assert.equal([found.uid, found.gid], [entry.uid, entry.gid], entry.path);
      assert.is(found.target, entry.type === 'symlink' ? entry.target : '');
      assert.is(found.mtime, 1_700_000_000);
      if (entry.type !== 'file') continue;
      const content = await readContent(entry);
      assert.is(found.size, content.length);
      assert.ok((await squashfs.readFile(entry.path)).equals(content), entry.path);
    }
  });
});

test('extents lie in the file system, and together are what its files take', async () => {
  const bytes = await smallPart('root');
  await reading(bytes, async (squashfs) => {
    const extents = (await squashfs.entries()).flatMap((entry) => entry.extents);
    assert.ok(extents.every(({ offset, length, own }) => offset + length <= bytes.length && own <= length));
    const blocks = new Map(extents.map(({ offset, length }) => [offset, length]));
    const stored = [...blocks.values()].reduce((sum, length) => sum + length, 0);
    const own = extents.reduce((sum, extent) => sum + extent.own, 0);
    assert.ok(Math.abs(stored - own) < 10, `${own} of ${stored} bytes have an owner`);
  });
});

const refused: readonly (readonly [string, (bytes: Buffer) => Buffer, RegExp])[] = [
  ['another magic number', (bytes) => changed(bytes, 0, 0x99), /no squashfs/],
  ['another version', (bytes) => changed(bytes, 28, 5), /squashfs 5\.0; 4\.0 is understood/],
  ['another compressor', (bytes) => changed(bytes, 20, 5), /packed with lz4; zstd, gzip and xz/],
  ['an unknown compressor', (bytes) => changed(bytes, 20, 77), /unknown method \(77\)/],
  ['a block size that is none', (bytes) => changed(bytes, 13, 1), /block size/],
  ['an end that is not there', (bytes) => bytes.subarray(0, 8192), /cut off/],
  ['nothing', () => Buffer.alloc(10), /cannot be read/],
];
for (const [what, change, message] of refused) {
  test(`${what} is refused`, async () => {
    await rejectedWith(
      reading(change(await smallPart('root')), async () => {}),
      'FILE_UNUSABLE',
      message,
    );
  });
}

test('flipped bytes end in an error of the right kind or in other content, never in another error or a hang', async () => {
  const whole = await smallPart('root');
  const used = Number(whole.readBigUInt64LE(40));
  let errors = 0;
  // The tables are the last part; in front of them lies data, where a flip may go unnoticed without a checksum.
  for (let place = used - 1200; place < used; place += 7) {
    const bytes = Buffer.from(whole);
    bytes[place]! ^= 0x55;
    const error = await reading(bytes, async (squashfs) => {
      for (const { type, path } of await squashfs.entries())
        if (type === 'file') await squashfs.readFile(path);
    }).catch((reason: unknown) => reason);
    if (error === undefined) continue;
    errors += 1;
    assert.instance(error, BoardsmithError, `byte ${place}: ${(error as Error).stack}`);
  }
  assert.ok(errors > 20, `only ${errors} flips were noticed`);
});

function changed(bytes: Buffer, offset: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[offset] = value;
  return copy;
}

test.run();

import { createHash } from 'node:crypto';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ByteRange } from '../../builder/image/byte-range.ts';
import { makeExt4 } from '../../builder/image/ext4.ts';
import { Ext4Reader, isExt4 } from '../../builder/image/ext4-reader.ts';
import type { TreeEntry } from '../../builder/rootfs/tree.ts';
import { packagedTool } from '../../builder/toolchain/packaged-tool.ts';
import { lockedTool } from '../support/locked-tools.ts';
import { rejectedWith } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** File systems made by the real mke2fs, changed by the real debugfs. */
const test = suite('reading an ext4');
const { signal } = new AbortController();
const toolRoot = await lockedTool('ext4');
const folder = temporaryFolder('ext4-reader');

function content(length: number): Buffer {
  const parts = Array.from({ length: Math.ceil(length / 64) }, (_, index) =>
    createHash('sha512').update(String(index)).digest(),
  );
  return Buffer.concat(parts).subarray(0, length);
}

const node = { mode: 0o644, uid: 0, gid: 0, origin: 'test' };
const files: Readonly<Record<string, Buffer>> = {
  '/etc/empty': Buffer.alloc(0),
  '/etc/small': content(10),
  '/etc/exact': content(4096),
  '/large': content((20 << 20) + 12_345),
  // Enough for a folder with an index of two levels.
  ...Object.fromEntries(
    Array.from({ length: 900 }, (_, index) => [`/etc/${'long-name-'.repeat(6)}${index}`, content(index)]),
  ),
};
const longTarget = `/${'folder/'.repeat(20)}end`;
const tree: readonly TreeEntry[] = [
  ...Object.entries(files).map(
    ([path, bytes]): TreeEntry => ({ ...node, path, type: 'file', content: { bytes } }),
  ),
  {
    ...node,
    path: '/etc/owned',
    type: 'file',
    mode: 0o750,
    uid: 70_000,
    gid: 80_000,
    content: { bytes: content(3) },
  },
  { ...node, path: '/short', type: 'symlink', mode: 0o777, target: 'etc/small' },
  { ...node, path: '/long', type: 'symlink', mode: 0o777, target: longTarget },
];

async function make(name: string): Promise<string> {
  const output = join(folder, name);
  await makeExt4({
    ...{ toolRoot, output, scratch: folder, sizeMiB: 64, mtime: 1_700_000_000, signal, entries: tree },
    uuid: '01234567-89ab-8def-8123-456789abcdef',
    root: { uid: 0, gid: 0, mode: 0o755 },
  });
  return output;
}

async function reading<Value>(image: string, use: (reader: Ext4Reader) => Promise<Value>): Promise<Value> {
  const handle = await open(image, 'r');
  try {
    return await use(await Ext4Reader.open(new ByteRange(handle, 0, (await handle.stat()).size)));
  } finally {
    await handle.close();
  }
}

async function tool(program: string, ...args: string[]): Promise<void> {
  await (await packagedTool(toolRoot, { program })).run(args, { signal });
}

async function holdsAll(image: string): Promise<void> {
  await reading(image, async (reader) => {
    const entries = await reader.entries();
    const found = entries.filter(({ type }) => type === 'file').map(({ path }) => path);
    assert.equal(found, [...Object.keys(files), '/etc/owned'].sort());
    for (const [path, bytes] of Object.entries(files)) {
      assert.ok((await reader.readFile(path)).equals(bytes), path);
    }
    const of = (wanted: string) => entries.find(({ path }) => path === wanted)!;
    assert.is(of('/short').target, 'etc/small');
    assert.is(of('/long').target, longTarget);
    const { mode, uid, gid, size } = of('/etc/owned');
    assert.equal({ mode: mode & 0o7777, uid, gid, size }, { mode: 0o750, uid: 70_000, gid: 80_000, size: 3 });
    assert.is(of('/').type, 'directory');
  });
}

const whole = await make('whole');

test('everything in one of mke2fs', async () => {
  await holdsAll(whole);
});

test('blocks of 1 KiB that are named one by one, as ext2 has them', async () => {
  const image = join(folder, 'ext2');
  await writeFile(image, Buffer.alloc(0));
  const tar = join(folder, 'large');
  await writeFile(tar, files['/large']!);
  await tool('mke2fs', '-q', '-F', '-t', 'ext2', '-b', '1024', image, '64M');
  await tool('debugfs', '-w', '-R', `write ${tar} large`, image);
  await reading(image, async (reader) => {
    await reader.entries();
    assert.ok((await reader.readFile('/large')).equals(files['/large']!));
  });
});

test('a file in many pieces, with holes', async () => {
  const image = await make('pieces');
  const expected = Buffer.from(files['/large']!);
  const commands = Array.from({ length: 40 }, (_, index) => {
    expected.fill(0, (2 * index + 1) * 4096, (2 * index + 2) * 4096);
    return `punch /large ${2 * index + 1} ${2 * index + 1}\n`;
  });
  const list = join(folder, 'commands');
  await writeFile(list, commands.join(''));
  await tool('debugfs', '-w', '-f', list, image);
  await reading(image, async (reader) => {
    await reader.entries();
    assert.ok((await reader.readFile('/large')).equals(expected));
  });
});

async function damaged(name: string, at: number, bytes: readonly number[], length?: number): Promise<string> {
  const image = join(folder, name);
  const all = await readFile(whole);
  all.set(bytes, at);
  await writeFile(image, all.subarray(0, length));
  return image;
}

for (const [what, at, bytes, message, length] of [
  ['no ext4', 1024 + 0x38, [0, 0], /it is no ext4/],
  ['a feature that is not understood', 1024 + 0x61, [0x80], /features that are not understood/],
  ['a log that must be played', 1024 + 0x60, [0xc6], /features that are not understood \(0x4\)/],
  ['cut off', 0, [], /it is cut off/, 40 << 20],
] as const) {
  test(`refused: ${what}`, async () => {
    const image = await damaged('damaged', at, bytes, length);
    await rejectedWith(
      reading(image, (reader) => reader.entries()),
      'FILE_UNUSABLE',
      message,
    );
  });
}

test('told from other file systems', async () => {
  for (const [image, expected] of [
    [whole, true],
    [await damaged('other', 1024 + 0x38, [0, 0]), false],
  ] as const) {
    const handle = await open(image, 'r');
    assert.is(await isExt4(new ByteRange(handle, 0, (await handle.stat()).size)), expected);
    await handle.close();
  }
});

test.run();

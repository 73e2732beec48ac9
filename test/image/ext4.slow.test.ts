import { createHash } from 'node:crypto';
import { mkdir, readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Ext4Options, makeExt4 } from '../../builder/image/ext4.ts';
import { packagedTool } from '../../builder/toolchain/packaged-tool.ts';
import { lockedTool } from '../support/locked-tools.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { directory, file } from '../support/tree-entries.ts';

const { signal } = new AbortController();
const toolRoot = await lockedTool('ext4');
const uuid = '01234567-89ab-8def-8123-456789abcdef';

async function make(folder: string, overrides: Partial<Ext4Options> = {}): Promise<string> {
  await mkdir(folder, { recursive: true });
  const output = join(folder, 'data.ext4');
  const root = { uid: 1000, gid: 1000, mode: 0o700 };
  await makeExt4({
    toolRoot,
    output,
    scratch: folder,
    sizeMiB: 64,
    uuid,
    mtime: 1_700_000_000,
    root,
    signal,
    ...overrides,
  });
  return output;
}

async function tool(program: string, ...args: string[]): Promise<string> {
  return await (await packagedTool(toolRoot, { program })).run(args, { signal });
}

test('what the file system says of itself', async () => {
  const image = await make(temporaryFolder('ext4'));
  assert.is((await stat(image)).size, 64 * 1024 * 1024);
  const said = await tool('dumpe2fs', '-h', image);
  const field = (name: string): string => new RegExp(`^${name}: +(.*)$`, 'm').exec(said)?.[1] ?? '';
  assert.is(field('Filesystem UUID'), uuid);
  assert.is(field('Directory Hash Seed'), uuid);
  assert.is(field('Block size'), '4096');
  assert.is(field('Block count'), '16384');
  assert.is(field('Reserved block count'), '0');
  assert.is(field('Errors behavior'), 'Remount read-only');
  assert.is(field('Filesystem state'), 'clean');
  assert.is(field('Filesystem created'), 'Tue Nov 14 22:13:20 2023');
  assert.is(field('Check interval'), '0 (<none>)');
  assert.equal(field('Filesystem features').split(' ').sort(), [
    '64bit',
    'dir_index',
    'dir_nlink',
    'ext_attr',
    'extent',
    'extra_isize',
    'filetype',
    'flex_bg',
    'has_journal',
    'huge_file',
    'large_file',
    'metadata_csum',
    'resize_inode',
    'sparse_super',
  ]);
});

test('the root folder belongs to whom it is given', async () => {
  const said = await tool('debugfs', '-R', 'stat /', await make(temporaryFolder('ext4')));
  assert.match(said, /Mode: +0700/);
  assert.match(said, /User: +1000 +Group: +1000/);
  assert.match(said, /mtime: 0x6553f100:00000000/);
});

test('room is reserved to grow to 128 GiB, and no inode table is left to be initialised', async () => {
  const image = await make(temporaryFolder('ext4'));
  const said = await tool('dumpe2fs', image);
  // 128 GiB are 1024 groups of 128 MiB, with descriptors of 64 bytes: 16 blocks, one of them in use.
  assert.match(said, /Reserved GDT blocks: +15/);
  assert.match(said, /^Group 0: .*\[ITABLE_ZEROED\]$/m);
  await truncate(image, 4 * 2 ** 30);
  assert.match(await tool('resize2fs', image), /is now 1048576 \(4k\) blocks long/);
  await tool('e2fsck', '-f', '-n', image);
});

test('holds the entries that it is given', async () => {
  const entries = [
    directory('/objects', { uid: 1000, mode: 0o750 }),
    file('/objects/hello', 'hello', { uid: 1000 }),
  ];
  const image = await make(temporaryFolder('ext4'), { entries });
  assert.is(await tool('debugfs', '-R', 'cat /objects/hello', image), 'hello');
  assert.match(await tool('debugfs', '-R', 'stat /objects', image), /Mode: +0750/);
});

test('the same bytes in another folder, at another time, with another umask, zone and configuration', async () => {
  const entries = [directory('/objects', { uid: 1000 }), file('/objects/hello', 'hello')];
  const digest = async (image: string): Promise<string> =>
    createHash('sha256')
      .update(await readFile(image))
      .digest('hex');
  const first = await digest(await make(temporaryFolder('ext4'), { entries }));
  // The times in it have seconds: another second must not show.
  await new Promise((resolve) => setTimeout(resolve, 1100));
  const before = { env: { ...process.env }, umask: process.umask(0o077) };
  Object.assign(process.env, { TZ: 'Asia/Tokyo', MKE2FS_CONFIG: '/nonexistent', E2FSPROGS_FAKE_TIME: '5' });
  try {
    assert.is(await digest(await make(join(temporaryFolder('ext4'), 'deeper'), { entries })), first);
  } finally {
    process.env = before.env;
    process.umask(before.umask);
  }
});

test.run();

import { createHash } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { completeTree } from '../../builder/rootfs/complete-tree.ts';
import { squashfs } from '../../builder/rootfs/squashfs.ts';
import type { Tree } from '../../builder/rootfs/tree.ts';
import { packagedTool } from '../../builder/toolchain/packaged-tool.ts';
import { lockedTool } from '../support/locked-tools.ts';
import { rejectedWith } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { directory, file, symlink } from '../support/tree-entries.ts';

const { signal } = new AbortController();
const toolRoot = await lockedTool('squashfs');
const mtime = 1_700_000_000;

/** 8 MiB that compress by half: several blocks for several processors. */
const large = Buffer.from(
  Array.from({ length: 8 << 20 }, (_, index) => ((index * 2654435761) >>> 24) & 0x0f),
);

async function tree(folder: string): Promise<Tree> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'large'), large);
  return completeTree([
    file('/usr/bin/cxo', '', { mode: 0o555, content: { file: join(folder, 'large') } }),
    file('/etc/hosts', '127.0.0.1 localhost\n', { uid: 7, gid: 8 }),
    symlink('/etc/resolv.conf', '/run/resolv.conf'),
    directory('/', { mode: 0o555 }),
    directory('/data', { mode: 0o555 }),
  ]);
}

async function digest(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

test('holds the tree: what unsquashfs lists and reads back', async () => {
  const folder = temporaryFolder('squashfs');
  const output = join(folder, 'root.squashfs');
  await squashfs(await tree(folder), { toolRoot, output, mtime, signal, compression: 'fast' });
  const unsquashfs = await packagedTool(toolRoot, { program: 'unsquashfs' });
  const listing = await unsquashfs.run(['-lln', '-UTC', '-d', '', output], { signal });
  assert.equal(
    listing
      .trim()
      .split('\n')
      .map((line) => line.replace(/ +/g, ' ').replace(/ \d+ (2023-11-14)/, ' $1')),
    [
      'dr-xr-xr-x 0/0 2023-11-14 22:13 ',
      'dr-xr-xr-x 0/0 2023-11-14 22:13 /data',
      'drwxr-xr-x 0/0 2023-11-14 22:13 /etc',
      '-rw-r--r-- 7/8 2023-11-14 22:13 /etc/hosts',
      'lrwxrwxrwx 0/0 2023-11-14 22:13 /etc/resolv.conf -> /run/resolv.conf',
      'drwxr-xr-x 0/0 2023-11-14 22:13 /usr',
      'drwxr-xr-x 0/0 2023-11-14 22:13 /usr/bin',
      '-r-xr-xr-x 0/0 2023-11-14 22:13 /usr/bin/cxo',
    ],
  );
  await unsquashfs.run(['-d', join(folder, 'unpacked'), '-no-progress', output], { signal });
  assert.ok(large.equals(await readFile(join(folder, 'unpacked/usr/bin/cxo'))));
  assert.is((await stat(output)).size % 4096, 0);
});

test('the same bytes in another folder, at another time, with another umask, zone and number of processors', async () => {
  const first = temporaryFolder('squashfs');
  await squashfs(await tree(first), {
    toolRoot,
    output: join(first, 'a'),
    mtime,
    signal,
    compression: 'fast',
  });
  const second = join(temporaryFolder('squashfs'), 'deeper', 'folder');
  const before = { umask: process.umask(0o077), zone: process.env.TZ };
  process.env.TZ = 'Asia/Tokyo';
  try {
    await squashfs(await tree(second), {
      toolRoot,
      output: join(second, 'b'),
      mtime,
      signal,
      compression: 'fast',
    });
    await squashfs(await tree(second), {
      toolRoot,
      output: join(second, 'c'),
      mtime,
      signal,
      processors: 1,
      compression: 'fast',
    });
  } finally {
    process.umask(before.umask);
    if (before.zone === undefined) delete process.env.TZ;
    else process.env.TZ = before.zone;
  }
  assert.is(await digest(join(second, 'b')), await digest(join(first, 'a')));
  assert.is(await digest(join(second, 'c')), await digest(join(first, 'a')));
});

test('replaces an image that was there; a higher level is smaller', async () => {
  const folder = temporaryFolder('squashfs');
  const output = join(folder, 'root');
  await writeFile(output, Buffer.alloc(50_000_000));
  await squashfs(await tree(folder), { toolRoot, output, mtime, signal, compression: 'fast' });
  const fast = (await stat(output)).size;
  await squashfs(await tree(folder), { toolRoot, output, mtime, signal, compression: 'dense' });
  assert.ok((await stat(output)).size < fast, `level 15 is smaller than ${fast}`);
});

test('a file that vanishes is named, not the broken pipe behind it', async () => {
  const folder = temporaryFolder('squashfs');
  const broken = completeTree([file('/x', '', { content: { file: join(folder, 'gone') } })]);
  const writing = squashfs(broken, {
    toolRoot,
    output: join(folder, 'root'),
    mtime,
    signal,
    compression: 'fast',
  });
  await rejectedWith(writing, 'FILE_UNUSABLE', /^\/x \(test\)/);
});

test.run();

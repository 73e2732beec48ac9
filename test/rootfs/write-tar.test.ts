import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { completeTree } from '../../builder/rootfs/complete-tree.ts';
import type { TreeEntry } from '../../builder/rootfs/tree.ts';
import { writeTar } from '../../builder/rootfs/write-tar.ts';
import { rejectedWith } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { directory, file, symlink } from '../support/tree-entries.ts';

const long = `/${'a-long-folder-name/'.repeat(14)}file`;
const entries: readonly TreeEntry[] = [
  file('/usr/bin/cxo', 'program', { mode: 0o555 }),
  file('/etc/empty'),
  file(long, 'deep'),
  file('/etc/ünïcode', 'x', { uid: 1000, gid: 1001 }),
  symlink('/etc/resolv.conf', '/run/resolv.conf'),
  symlink('/etc/far', `/${'x'.repeat(150)}`),
  directory('/run', { mode: 0o555 }),
];

test('is a tar that tar reads: types, modes, owners, times, targets', async () => {
  const listing = execFileSync(
    'tar',
    ['-tvf', '-', '--full-time', '--numeric-owner', '--utc', '--quoting-style=literal'],
    {
      input: await buffer(writeTar(completeTree(entries), 1_700_000_000)),
      env: { LC_ALL: 'C' },
    },
  ).toString();
  const line = (end: string): string =>
    listing.split('\n').find((candidate) => candidate.endsWith(end)) ?? '';
  const time = '2023-11-14 22:13:20';
  assert.is(listing.split('\n')[0], `drwxr-xr-x 0/0               0 ${time} ./`);
  assert.match(line(' ./usr/bin/cxo'), new RegExp(`^-r-xr-xr-x 0/0 +7 ${time}`));
  assert.match(line(' ./etc/ünïcode'), new RegExp(`^-rw-r--r-- 1000/1001 +1 ${time}`));
  assert.match(line(' ./etc/resolv.conf -> /run/resolv.conf'), /^lrwxrwxrwx/);
  assert.match(line(` ./etc/far -> /${'x'.repeat(150)}`), /^lrwxrwxrwx/);
  assert.match(line(` .${long}`), new RegExp(`^-rw-r--r-- 0/0 +4 ${time}`));
  assert.match(line(' ./run'), /^dr-xr-xr-x/);
});

test('the same bytes for the same tree, from bytes or from files, whatever umask, zone and locale', async () => {
  const digests = new Set<string>();
  for (const [umask, zone] of [
    [0o022, 'UTC'],
    [0o077, 'Asia/Tokyo'],
  ] as const) {
    const before = { umask: process.umask(umask), zone: process.env.TZ };
    process.env.TZ = zone;
    try {
      const folder = join(temporaryFolder('tar'), zone.replace('/', '-'));
      await mkdir(folder);
      await writeFile(join(folder, 'content'), 'program');
      const fromFile = { content: { file: join(folder, 'content') }, mode: 0o555 };
      const tree = completeTree([...entries.slice(1), file('/usr/bin/cxo', '', fromFile)]);
      digests.add(
        createHash('sha256')
          .update(await buffer(writeTar(tree, 1_700_000_000)))
          .digest('hex'),
      );
    } finally {
      process.umask(before.umask);
      if (before.zone === undefined) delete process.env.TZ;
      else process.env.TZ = before.zone;
    }
  }
  digests.add(
    createHash('sha256')
      .update(await buffer(writeTar(completeTree(entries), 1_700_000_000)))
      .digest('hex'),
  );
  assert.is(digests.size, 1);
});

for (const [what, path] of [
  ['is not there', '/nonexistent/file'],
  ['is a folder', '/'],
  ['is a device', '/dev/null'],
] as const) {
  test(`fails if a file ${what}`, async () => {
    const tree = completeTree([file('/x', '', { content: { file: path } })]);
    await rejectedWith(buffer(writeTar(tree, 0)), 'FILE_UNUSABLE', /^\/x \(test\)/);
  });
}

test('a reader that stops early leaves nothing running', async () => {
  const folder = temporaryFolder('tar');
  await writeFile(join(folder, 'large'), Buffer.alloc(8 << 20));
  const tree = completeTree([file('/large', '', { content: { file: join(folder, 'large') } })]);
  for await (const chunk of writeTar(tree, 0)) {
    assert.ok(chunk);
    break;
  }
});

test.run();

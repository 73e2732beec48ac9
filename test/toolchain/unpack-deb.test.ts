import { mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { unpackDeb } from '../../builder/toolchain/unpack-deb.ts';
import { type BuiltEntry, builtAr, builtDeb } from '../support/built-archives.ts';
import { rejectedWith } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function debFile(entries: readonly BuiltEntry[], packing: 'gz' | 'xz' = 'gz'): Promise<string> {
  const file = join(temporaryFolder('deb'), 'package.deb');
  await writeFile(file, await builtDeb(entries, packing));
  return file;
}

const entries: readonly BuiltEntry[] = [
  { name: './', type: 'directory', mode: 0o755 },
  { name: './usr/', type: 'directory', mode: 0o755 },
  { name: './usr/bin/', type: 'directory', mode: 0o755 },
  { name: './usr/bin/tool', mode: 0o755, content: 'program' },
  { name: './usr/bin/other', type: 'link', linkname: './usr/bin/tool' },
  { name: './usr/bin/alias', type: 'symlink', linkname: 'tool' },
  { name: './usr/share/secret', mode: 0o600, content: 'text' },
];

for (const packing of ['gz', 'xz'] as const) {
  test(`unpacks files, links and modes from ${packing}`, async () => {
    const folder = join(temporaryFolder('unpacked'), 'new');
    await unpackDeb(await debFile(entries, packing), folder);
    assert.is(await readFile(join(folder, 'usr/bin/tool'), 'utf8'), 'program');
    assert.is(await readFile(join(folder, 'usr/bin/other'), 'utf8'), 'program');
    assert.is(await readlink(join(folder, 'usr/bin/alias')), 'tool');
    assert.is((await stat(join(folder, 'usr/bin/other'))).mode & 0o7777, 0o755);
    assert.is((await stat(join(folder, 'usr/share/secret'))).mode & 0o7777, 0o600);
  });
}

test('modes do not depend on the umask, and setuid is not taken over', async () => {
  const old = process.umask(0o077);
  try {
    const folder = temporaryFolder('unpacked');
    await unpackDeb(await debFile([{ name: './su', mode: 0o4755, content: 'x' }]), folder);
    assert.is((await stat(join(folder, 'su'))).mode & 0o7777, 0o755);
  } finally {
    process.umask(old);
  }
});

test('lays bin, sbin and lib below usr, as on a system with a merged /usr', async () => {
  const folder = temporaryFolder('unpacked');
  const old = ['lib/a', 'lib64/b', 'sbin/c', 'bin/d', 'library'].map((name) => ({
    name: `./${name}`,
    content: name,
  }));
  await unpackDeb(await debFile(old), folder);
  assert.is(await readFile(join(folder, 'usr/lib/a'), 'utf8'), 'lib/a');
  assert.equal((await readdir(folder)).sort(), ['library', 'usr']);
});

test('several packages share a folder, and a later file replaces an earlier one', async () => {
  const folder = temporaryFolder('unpacked');
  await unpackDeb(await debFile(entries), folder);
  await unpackDeb(await debFile([{ name: './usr/bin/alias', content: 'now a file' }]), folder);
  assert.is(await readFile(join(folder, 'usr/bin/alias'), 'utf8'), 'now a file');
  assert.is(
    await readFile(join(folder, 'usr/bin/tool'), 'utf8'),
    'program',
    'not written through the symlink',
  );
});

test('unpacks only what is wanted', async () => {
  const folder = temporaryFolder('unpacked');
  await unpackDeb(await debFile(entries), folder, { only: (path) => path === 'usr/bin/tool' });
  assert.equal(await readdir(folder, { recursive: true }), ['usr', 'usr/bin', 'usr/bin/tool']);
});

const unsafe: readonly (readonly [string, readonly BuiltEntry[], RegExp])[] = [
  ['..', [{ name: './a/../../evil', content: 'x' }], /leaves the folder/],
  ['an absolute path', [{ name: '/evil', content: 'x' }], /leaves the folder/],
  [
    'a file through its own symlink',
    [
      { name: './out', type: 'symlink', linkname: '/tmp' },
      { name: './out/evil', content: 'x' },
    ],
    /out is a symlink, not a folder/,
  ],
  [
    'a folder through its own symlink',
    [
      { name: './out', type: 'symlink', linkname: '.' },
      { name: './out/', type: 'directory' },
    ],
    /out is a symlink, not a folder/,
  ],
  [
    'a symlink that climbs out',
    [{ name: './usr/out', type: 'symlink', linkname: '../../etc' }],
    /points outside/,
  ],
  ['a hard link to nothing', [{ name: './x', type: 'link', linkname: './gone' }], /not unpacked/],
  [
    'a hard link through a symlink',
    [
      { name: './out', type: 'symlink', linkname: '/etc' },
      { name: './x', type: 'link', linkname: './out/hostname' },
    ],
    /out is not a folder/,
  ],
  [
    'a hard link that climbs out',
    [{ name: './x', type: 'link', linkname: '../../etc/hostname' }],
    /leaves the folder/,
  ],
  [
    'a file in the place of a folder',
    [
      { name: './a/b', content: 'x' },
      { name: './a', content: 'x' },
    ],
    /would replace a folder/,
  ],
  [
    'a device',
    [{ name: './null', type: 'character-device', devmajor: 1, devminor: 3 }],
    /null has the type character-device/,
  ],
  ['a pipe', [{ name: './pipe', type: 'fifo' }], /pipe has the type fifo/],
];
for (const [what, bad, message] of unsafe) {
  test(`refuses ${what}`, async () => {
    const outside = temporaryFolder('unpacked');
    const folder = join(outside, 'in', 'side');
    const file = await debFile(bad);
    const error = await rejectedWith(unpackDeb(file, folder), 'INPUT_CORRUPT', message);
    assert.ok(error.message.startsWith(`${basename(file)}: `), 'the archive is named');
    assert.equal(await readdir(outside), ['in'], 'nothing outside');
    assert.equal(await readdir(join(outside, 'in')), ['side'], 'nothing outside');
  });
}

test('refuses a hard link to what is left out', async () => {
  const file = await debFile([
    { name: './a', content: 'x' },
    { name: './b', type: 'link', linkname: './a' },
  ]);
  const unpacking = unpackDeb(file, temporaryFolder('unpacked'), { only: (path) => path === 'b' });
  const error = await rejectedWith(
    unpacking,
    'INPUT_CORRUPT',
    /b is a hard link to \.\/a, which is left out/,
  );
  assert.ok(error.message.startsWith(`${basename(file)}: `), 'the archive is named');
});

test('refuses to write through a symlink that was there before', async () => {
  const outside = temporaryFolder('unpacked');
  const folder = join(outside, 'root');
  await mkdir(folder);
  await symlink(outside, join(folder, 'usr'));
  await rejectedWith(unpackDeb(await debFile(entries), folder), 'INPUT_CORRUPT', /usr is a symlink/);
  assert.equal(await readdir(outside), ['root']);
});

const damaged: readonly (readonly [string, (deb: Buffer) => Buffer])[] = [
  ['cut off', (deb) => deb.subarray(0, deb.length - 40)],
  ['cut off in a header', (deb) => deb.subarray(0, 90)],
  [
    'with a flipped bit',
    (deb) => Buffer.from(deb.map((byte, at) => (at === deb.length - 60 ? byte ^ 0x55 : byte))),
  ],
  ['that is something else', () => Buffer.from('not a package')],
  ['that is empty', () => Buffer.alloc(0)],
  ['without data', () => builtAr([{ name: 'debian-binary', content: Buffer.from('2.0\n') }])],
  [
    'with another compression',
    () =>
      builtAr([
        { name: 'debian-binary', content: Buffer.from('2.0\n') },
        { name: 'data.tar.zst', content: Buffer.alloc(10) },
      ]),
  ],
];
for (const [what, damage] of damaged) {
  for (const packing of ['gz', 'xz'] as const) {
    test(`refuses a package ${what} (${packing})`, async () => {
      const file = join(temporaryFolder('deb'), 'bad.deb');
      const random = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 251));
      await writeFile(file, damage(await builtDeb([...entries, { name: './z', content: random }], packing)));
      const error = await rejectedWith(
        unpackDeb(file, temporaryFolder('unpacked')),
        'INPUT_CORRUPT',
        /bad\.deb/,
      );
      assert.ok(error.hint);
    });
  }
}

test.run();

import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { boardsmith } from '../support/command-line.ts';
import { newcomerLock } from '../support/newcomer-lock.ts';
import { leaveWorld, otherWorld } from '../support/other-world.ts';
import { testCache } from '../support/places.ts';

const test = suite('two builds');

/** The host's own copies of what shapes bytes, and of what might: each leaves a trace and fails. */
const poisoned = [
  'aarch64-linux-gnu-strip',
  'ar',
  'as',
  'bsdtar',
  'busybox',
  'cc',
  'clang',
  'cpio',
  'dpkg-deb',
  'e2fsck',
  'esbuild',
  'gcc',
  'gzip',
  'ld',
  'mcopy',
  'mkenvimage',
  'mke2fs',
  'mkfs.ext4',
  'mkfs.fat',
  'mkfs.vfat',
  'mksquashfs',
  'mmd',
  'node',
  'objcopy',
  'python3',
  'sgdisk',
  'sqfstar',
  'strip',
  'tar',
  'unsquashfs',
  'unzip',
  'xz',
  'zig',
  'zstd',
];

/** What differs, as the tool itself says it: part, file and offset. */
async function explained(name: string, first: string, second: string): Promise<string> {
  if (!name.endsWith('.img')) return `${name} differs`;
  const { stdout, stderr } = await boardsmith(['inspect', first, second]);
  return `${name} differs:\n${stdout}${stderr}`;
}

test('are the same, bit for bit, with another folder, file system, order of folders, user, umask, language, time zone, date, number of cores, from a vendor folder alone, without the network, with poisoned tools on the host', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'boardsmith-reproducible-'));
  await chmod(folder, 0o755);
  const world = await otherWorld();
  try {
    const lock = join(folder, 'boardsmith.lock');
    await cp(await newcomerLock(['cxo']), lock);
    const vendor = join(folder, 'vendor');
    const vendored = await boardsmith([
      'lock',
      'cxo',
      '--board',
      'qemu-virt',
      '--lock',
      lock,
      '--vendor',
      vendor,
      '--cache',
      testCache,
    ]);
    assert.is(vendored.exitCode, 0, vendored.stderr);
    assert.match(vendored.stderr, /next: npx boardsmith build cxo --lock \S+ --vendor /);
    const first = await boardsmith([
      'build',
      'cxo',
      '--lock',
      lock,
      '--out',
      join(folder, 'first'),
      '--cache',
      testCache,
    ]);
    assert.is(first.exitCode, 0, first.stderr);

    const bin = join(folder, 'bin');
    await mkdir(bin);
    for (const name of poisoned) {
      await writeFile(join(bin, name), `#!/bin/sh\necho "$0 $*" >> '${folder}/trace'\nexit 97\n`);
      await chmod(join(bin, name), 0o755);
    }
    // The other user leaves traces too.
    await writeFile(join(folder, 'trace'), '');
    await chmod(join(folder, 'trace'), 0o666);
    const second = await boardsmith(
      [
        'build',
        'cxo',
        '--lock',
        lock,
        '--out',
        join(world.folder, 'second'),
        '--cache',
        join(world.folder, 'another', 'cache'),
        '--vendor',
        vendor,
        ...(world.isolated ? [] : ['--offline']),
      ],
      {
        cwd: world.folder,
        checkout: world.checkout,
        wrapper: world.wrapper,
        environment: {
          PATH: `${bin}:${process.env.PATH}`,
          ...world.environment,
          HOME: world.folder,
          LD_LIBRARY_PATH: '',
        },
      },
    );
    assert.is(second.exitCode, 0, second.stderr);

    const names = (await readdir(join(folder, 'first'))).sort();
    assert.equal((await readdir(join(world.folder, 'second'))).sort(), names);
    for (const name of names) {
      const [one, other] = [join(folder, 'first', name), join(world.folder, 'second', name)];
      if ((await readFile(one)).equals(await readFile(other))) continue;
      assert.unreachable(await explained(name, one, other));
    }
    const trace = await readFile(join(folder, 'trace'), 'utf8').catch(() => '');
    assert.is(trace, '', "the host's own tools were run");
  } finally {
    await leaveWorld(world);
    await rm(folder, { recursive: true, force: true });
  }
});

test.run();

import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { boardsmith } from '../support/command-line.ts';
import { newcomerLock } from '../support/newcomer-lock.ts';
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

/** `unshare` with a network namespace of its own, where this machine lets it. */
async function withoutNetwork(): Promise<readonly string[]> {
  const wrapper = ['unshare', '--map-root-user', '--net'];
  const { exitCode } = await execa(wrapper[0]!, [...wrapper.slice(1), 'true'], { reject: false });
  if (exitCode === 0) return wrapper;
  console.log(
    'SKIP network namespace: unshare --net does not work here; the second build is only told to stay offline',
  );
  return [];
}

test('are the same, bit for bit, in another place, from a vendor folder alone, without the network, with poisoned tools on the host', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'boardsmith-reproducible-'));
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
    assert.match(vendored.stderr, /next: boardsmith build cxo --vendor /);
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
    const network = await withoutNetwork();
    const second = await boardsmith(
      [
        'build',
        'cxo',
        '--lock',
        lock,
        '--out',
        join(folder, 'second'),
        '--cache',
        join(folder, 'another', 'cache'),
        '--vendor',
        vendor,
        ...(network.length > 0 ? [] : ['--offline']),
      ],
      {
        cwd: folder,
        wrapper: [...network, 'sh', '-c', 'umask 077; exec "$@"', 'sh'],
        environment: {
          PATH: `${bin}:${process.env.PATH}`,
          TZ: 'Pacific/Chatham',
          LC_ALL: 'C',
          HOME: folder,
          LD_LIBRARY_PATH: '',
        },
      },
    );
    assert.is(second.exitCode, 0, second.stderr);

    const names = (await readdir(join(folder, 'first'))).sort();
    assert.equal((await readdir(join(folder, 'second'))).sort(), names);
    for (const name of names) {
      const [one, other] = await Promise.all(
        ['first', 'second'].map((place) => readFile(join(folder, place, name))),
      );
      assert.ok(one!.equals(other!), `${name} differs`);
    }
    const trace = await readFile(join(folder, 'trace'), 'utf8').catch(() => '');
    assert.is(trace, '', "the host's own tools were run");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test.run();

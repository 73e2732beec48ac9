import { createHash } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type FatOptions, makeFat } from '../../builder/image/fat.ts';
import { packagedTool } from '../../builder/toolchain/packaged-tool.ts';
import { lockedTool } from '../support/locked-tools.ts';
import { rejectedWith } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const { signal } = new AbortController();
const toolRoot = await lockedTool('fat');
const kernel = Buffer.from(Array.from({ length: 3_000_001 }, (_, index) => (index * 7919) % 251));
const configuration = Buffer.from('default cxo\n');

async function make(folder: string, overrides: Partial<FatOptions> = {}): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'kernel'), kernel);
  const output = join(folder, 'boot.fat');
  await makeFat({
    toolRoot,
    output,
    scratch: folder,
    sizeMiB: 64,
    label: 'BOOT-A',
    volumeId: 0x0001abcd,
    mtime: 1_700_000_000,
    files: [
      { path: 'kernel', content: { file: join(folder, 'kernel') } },
      { path: 'initramfs.zst', content: { bytes: Buffer.from('x') } },
      { path: 'extlinux/extlinux.conf', content: { bytes: configuration } },
    ],
    signal,
    ...overrides,
  });
  return output;
}

async function sha256(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

async function listing(image: string): Promise<string> {
  const mdir = await packagedTool(toolRoot, { program: 'mdir' });
  return await mdir.run(['-/', '-i', image, '::'], { signal });
}

for (const [sizeMiB, type] of [
  [64, 'FAT16'],
  [512, 'FAT32'],
] as const) {
  test(`${sizeMiB} MiB are ${type}: label, times, and files that read back as they were`, async () => {
    const folder = temporaryFolder('fat');
    const image = await make(folder, { sizeMiB });
    const start = (await readFile(image)).subarray(0, 512);
    assert.is(start.toString('latin1', type === 'FAT16' ? 54 : 82).slice(0, 5), type);
    assert.is((await stat(image)).size, sizeMiB * 1024 * 1024);
    const text = await listing(image);
    assert.match(text, /Volume in drive : is BOOT-A/);
    assert.match(text, /Serial Number is 0001-ABCD/);
    assert.match(text, /kernel +3000001 2023-11-14 +22:13/);
    assert.match(text, /2023-11-14 +22:13 +extlinux\.conf/);
    const mcopy = await packagedTool(toolRoot, { program: 'mcopy' });
    await mcopy.run(['-s', '-n', '-i', image, '::/*', join(folder)], { signal, input: Buffer.from('a\n') });
    assert.ok((await readFile(join(folder, 'kernel'))).equals(kernel));
    assert.ok((await readFile(join(folder, 'extlinux/extlinux.conf'))).equals(configuration));
  });
}

test('the same bytes in another folder, at another time, with another umask, zone and mtools settings', async () => {
  const first = await make(temporaryFolder('fat'));
  // FAT's times count in twos of seconds: another one must not show.
  await new Promise((resolve) => setTimeout(resolve, 2100));
  const before = { env: { ...process.env }, umask: process.umask(0o077) };
  const home = temporaryFolder('home');
  await writeFile(join(home, '.mtoolsrc'), 'mtools_no_vfat=1\nmtools_lower_case=1\n');
  Object.assign(process.env, { TZ: 'Asia/Tokyo', HOME: home, MTOOLS_NO_VFAT: '1', LC_ALL: 'de_DE.UTF-8' });
  try {
    const second = await make(join(temporaryFolder('fat'), 'deeper'));
    assert.is(await sha256(second), await sha256(first));
  } finally {
    process.env = before.env;
    process.umask(before.umask);
  }
});

test('the order of the files does not matter', async () => {
  const files = ['b/y', 'a', 'b/c/z', 'B'].map((path) => ({ path, content: { bytes: Buffer.from(path) } }));
  const there = await make(temporaryFolder('fat'), { files: files.slice(0, 3) });
  const back = await make(temporaryFolder('fat'), { files: files.slice(0, 3).reverse() });
  assert.is(await sha256(there), await sha256(back));
});

test('files that do not fit are an error, and so is one that is not there', async () => {
  const large = { path: 'large', content: { bytes: Buffer.alloc(70 << 20) } };
  await rejectedWith(
    make(temporaryFolder('fat'), { files: [large] }),
    'STEP_FAILED',
    /mcopy failed.*Disk full/s,
  );
  const gone = { path: 'kernel', content: { file: '/nonexistent' } };
  await rejectedWith(
    make(temporaryFolder('fat'), { files: [gone] }),
    'STEP_FAILED',
    /mcopy failed.*nonexistent/s,
  );
});

test('two names that FAT takes for one are an error, not a question', async () => {
  const files = ['kernel', 'KERNEL'].map((path) => ({ path, content: { bytes: Buffer.from(path) } }));
  await rejectedWith(make(temporaryFolder('fat'), { files }), 'STEP_FAILED', /mcopy failed/);
});

test.run();

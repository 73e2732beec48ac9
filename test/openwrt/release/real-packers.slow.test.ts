import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ByteRange } from '../../../builder/image/byte-range.ts';
import { SquashfsReader } from '../../../builder/image/squashfs-reader.ts';
import { packagedTool } from '../../../builder/toolchain/packaged-tool.ts';
import { unpackImageBuilder } from '../../../openwrt/release/unpack-imagebuilder.ts';
import { lockedTool } from '../../support/locked-tools.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** What packs OpenWrt's files, with the options that OpenWrt gives it, against what unpacks them here. */
const test = suite("OpenWrt's packings, made by the real packers");
const { signal } = new AbortController();

/** Bytes of which some pack well and others do not, the same each time. */
function content(length: number): Buffer {
  const parts: Buffer[] = [];
  for (let index = 0; index * 64 < length; index += 1) {
    const digest = createHash('sha512')
      .update(String(index >> 1))
      .digest();
    parts.push(index % 3 === 0 ? Buffer.alloc(64, index) : digest);
  }
  return Buffer.concat(parts).subarray(0, length);
}

test('a tar packed by zstd with the largest window', async () => {
  const folder = temporaryFolder('zstd');
  const large = content(20 << 20);
  const tar = pack();
  tar.entry({ name: 'imagebuilder/large', mode: 0o644 }, large);
  tar.entry({ name: 'imagebuilder/tool', mode: 0o755 }, large.subarray(5, 100_000));
  tar.finalize();
  await pipeline(tar, createWriteStream(join(folder, 'ib.tar')));
  const zstd = await packagedTool(await lockedTool('zstd'), { program: 'zstd' });
  await zstd.run(['-q', '-T0', '--ultra', '-20', join(folder, 'ib.tar'), '-o', join(folder, 'ib.tar.zst')], {
    signal,
  });
  await unpackImageBuilder(join(folder, 'ib.tar.zst'), join(folder, 'out'), signal);
  assert.ok((await readFile(join(folder, 'out/large'))).equals(large));
  assert.ok((await readFile(join(folder, 'out/tool'))).equals(large.subarray(5, 100_000)));
});

test('a squashfs packed with xz in blocks of 256 KiB', async () => {
  const folder = temporaryFolder('xz');
  const root = join(folder, 'root');
  await mkdir(join(root, 'etc'), { recursive: true });
  const files: Readonly<Record<string, Buffer>> = {
    '/large': content((2 << 20) + 12_345),
    '/etc/exact': content(1 << 18),
    '/etc/small': content(10),
    '/etc/tail': content(3000),
    '/etc/empty': Buffer.alloc(0),
    ...Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`/etc/${index}`, content(index)])),
  };
  for (const [path, bytes] of Object.entries(files)) await writeFile(join(root, path), bytes);
  const mksquashfs = await packagedTool(await lockedTool('squashfs'), { program: 'mksquashfs' });
  const image = join(folder, 'image');
  const options = [
    '-nopad',
    '-noappend',
    '-root-owned',
    '-comp',
    'xz',
    '-b',
    '256k',
    '-no-progress',
    '-quiet',
  ];
  await mksquashfs.run([root, image, ...options], { signal });
  const handle = await open(image, 'r');
  try {
    const squashfs = await SquashfsReader.open(new ByteRange(handle, 0, (await handle.stat()).size));
    const entries = (await squashfs.entries()).filter(({ type }) => type === 'file');
    assert.equal(
      entries.map(({ path }) => path),
      Object.keys(files).sort(),
    );
    for (const { path } of entries) assert.ok((await squashfs.readFile(path)).equals(files[path]!), path);
  } finally {
    await handle.close();
  }
});

test.run();

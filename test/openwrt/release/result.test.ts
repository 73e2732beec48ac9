import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findBuiltImage } from '../../../openwrt/release/read-built-profiles.ts';
import { manifestProblems, readManifest } from '../../../openwrt/release/read-manifest.ts';
import { gunzipImage, rootOfImage } from '../../../openwrt/release/root-of-image.ts';
import { type RouterFile, routerFileProblems } from '../../../openwrt/release/router-file.ts';
import { gptOf, mbrOf } from '../../support/openwrt-disk.ts';
import { rejectedWith } from '../../support/rejection.ts';
import { testPolicy } from '../../support/release-router.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const test = suite('what an ImageBuilder made, looked at');
const { signal } = new AbortController();

test('the manifests of opkg and of apk', () => {
  for (const text of ['firewall4 - 2024.1-r1\nlibnftnl11 - 1.2\n', 'firewall4 2024.1-r1\nlibnftnl11 1.2\n']) {
    assert.equal(
      [...readManifest(text)],
      [
        ['firewall4', '2024.1-r1'],
        ['libnftnl11', '1.2'],
      ],
    );
  }
});

test('what is asked for must be there, what is left out must not', () => {
  const manifest = readManifest('firewall4 - 1\nlibnftnl11 - 1\nluci - 1\ntcpdump-mini - 1\n');
  assert.equal(manifestProblems(manifest, ['libnftnl', '-dropbear']), []);
  assert.equal(manifestProblems(manifest, ['-luci', 'tcpdump', 'nft']), [
    'the package luci is in the image and must not be',
    'the package nft is not in the image',
    'the package tcpdump is not in the image',
  ]);
  assert.equal(manifestProblems(new Map(), []), ['the package firewall4 is not in the image']);
});

const image = { type: 'sdcard', filesystem: 'squashfs', name: 'a.img.gz', sha256: 'a'.repeat(64) };
const built = (images: unknown, profile = 'board'): string =>
  JSON.stringify({ profiles: { [profile]: { images } } });
const cases: readonly (readonly [what: string, text: string, answer: RegExp])[] = [
  ['no JSON', '{', /is no JSON/],
  ['nothing', '{}', /nothing was built for the profile board$/],
  ['another profile', built([image], 'first'), /but for first/],
  ['no images', built([]), /0 squashfs images.*there are: none/],
  ['another type', built([{ ...image, type: 'sysupgrade' }]), /there are: squashfs sysupgrade/],
  ['another file system', built([{ ...image, filesystem: 'ext4' }]), /there are: ext4 sdcard/],
  ['two of them', built([image, image]), /2 squashfs images/],
  ['a name that climbs', built([{ ...image, name: '../a' }]), /has no name/],
  ['no hash', built([{ ...image, sha256: 'A' }]), /has no sha256/],
  ['a list that is none', built('images'), /0 squashfs images/],
];
for (const [what, text, answer] of cases) {
  test(`profiles.json beside the images: ${what}`, () => {
    const found = findBuiltImage(text, 'board', { type: 'sdcard', fileSystem: 'squashfs' });
    assert.type(found, 'string');
    assert.match(found as string, answer);
  });
}

test('profiles.json beside the images: the one that is wanted', () => {
  const text = built([{ ...image, type: 'combined' }, image]);
  assert.equal(findBuiltImage(text, 'board', { type: 'sdcard', fileSystem: 'squashfs' }), {
    name: image.name,
    sha256: image.sha256,
  });
});

const sector = 512;
const squashfs = Buffer.concat([Buffer.from('hsqs'), Buffer.alloc(2 * sector - 4)]);

async function rootAt(bytes: Buffer): Promise<number> {
  const file = join(temporaryFolder('disk'), 'disk');
  await writeFile(file, bytes);
  const handle = await open(file, 'r');
  try {
    const range = await rootOfImage(handle, 'squashfs');
    assert.is((await range.read(0, 4)).toString(), 'hsqs');
    return range.size;
  } finally {
    await handle.close();
  }
}

test('the root is found in a partition of either table, or is all of the image', async () => {
  assert.is(await rootAt(squashfs), squashfs.length);
  const plain = Buffer.concat([
    mbrOf(
      [
        { start: 1, length: 1 },
        { start: 2, length: 2 },
      ],
      [0x0c, 0x83],
    ),
    Buffer.alloc(sector),
    squashfs,
  ]);
  assert.is(await rootAt(plain), squashfs.length);
  const guid = Buffer.concat([gptOf([{ start: 3, length: 2 }]), squashfs]);
  assert.is(await rootAt(guid), squashfs.length);
  const hybrid = Buffer.from(guid);
  mbrOf(
    [
      { start: 3, length: 2 },
      { start: 1, length: 2 },
    ],
    [0x83, 0xee],
  ).copy(hybrid);
  assert.is(await rootAt(hybrid), squashfs.length);
});

test('no root, two of them, and one that the file does not hold', async () => {
  const empty = Buffer.concat([mbrOf([{ start: 1, length: 2 }]), Buffer.alloc(2 * sector)]);
  const two = Buffer.concat([
    mbrOf([
      { start: 1, length: 2 },
      { start: 3, length: 2 },
    ]),
    squashfs,
    squashfs,
  ]);
  const cut = Buffer.concat([mbrOf([{ start: 1, length: 9 }]), squashfs]);
  for (const bytes of [empty, two, cut, Buffer.alloc(0)])
    await rejectedWith(rootAt(bytes), 'AUDIT_FAILED', /root file systems/);
});

test('what is appended after the packed bytes is left out, and a cut image is refused', async () => {
  const folder = temporaryFolder('gzip');
  const [packed, output] = [join(folder, 'packed'), join(folder, 'output')];
  const whole = gzipSync(Buffer.alloc(100_000, 'image'));
  whole[3] = 0;
  await writeFile(packed, Buffer.concat([whole, Buffer.from('metadata')]));
  await gunzipImage(packed, output, signal);
  const handle = await open(output, 'r');
  assert.is((await handle.stat()).size, 100_000);
  await handle.close();
  await writeFile(packed, whole.subarray(0, whole.length / 2));
  await gunzipImage(packed, output, signal).then(
    () => assert.unreachable(),
    (error: Error) => assert.match(error.message, 'unexpected end of file'),
  );
  await writeFile(packed, squashfs);
  await rejectedWith(gunzipImage(packed, output, signal), 'AUDIT_FAILED', /not packed with gzip/);
});

const extra = (path: string, mode = 0o644): RouterFile => ({ path, mode, content: '' });
const lists: readonly (readonly [what: string, files: readonly RouterFile[], problem: RegExp])[] = [
  ['no network', testPolicy.slice(1), /\/etc\/config\/network is missing/],
  ['no system', testPolicy.slice(0, 1), /\/etc\/config\/system is missing/],
  ['a path that climbs', [...testPolicy, extra('/etc/../x')], /no plain absolute path/],
  ['a relative path', [...testPolicy, extra('etc/x')], /no plain absolute path/],
  ['a path for the shell', [...testPolicy, extra('/etc/$x y')], /no plain absolute path/],
  ['a file twice', [...testPolicy, testPolicy[0]!], /is there twice/],
  ['a file below a file', [...testPolicy, extra('/etc/config/network/x')], /is a file and a folder/],
  ['a setuid file', [...testPolicy, extra('/bin/x', 0o4755)], /has the mode 4755/],
];
for (const [what, files, problem] of lists) {
  test(`files for an image: ${what}`, () => {
    assert.match(routerFileProblems(files).join('\n'), problem);
  });
}

test('files for an image: sound ones', () => {
  assert.equal(routerFileProblems(testPolicy), []);
});

test.run();

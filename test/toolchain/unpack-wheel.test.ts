import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { unpackWheel } from '../../builder/toolchain/unpack-wheel.ts';
import { builtZip, type ZipEntry } from '../support/built-archives.ts';
import { rejectedWith } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const large = Buffer.from(Array.from({ length: 3 << 20 }, (_, index) => (index * 7919) % 251));

async function wheelFile(zip: Buffer): Promise<string> {
  const file = join(temporaryFolder('wheel'), 'package.whl');
  await writeFile(file, zip);
  return file;
}

test('unpacks small, empty and large entries with their modes', async () => {
  const wheel = await wheelFile(
    builtZip([
      { name: 'ziglang/', content: Buffer.alloc(0), mode: 0o040755 },
      { name: 'ziglang/zig', content: large, mode: 0o100755 },
      { name: 'ziglang/lib/std.zig', content: Buffer.from('text'), mode: 0o664 },
      { name: 'ziglang/empty', content: Buffer.alloc(0) },
    ]),
  );
  const folder = join(temporaryFolder('unpacked'), 'new');
  await unpackWheel(wheel, folder);
  assert.ok(large.equals(await readFile(join(folder, 'ziglang/zig'))));
  assert.is(await readFile(join(folder, 'ziglang/lib/std.zig'), 'utf8'), 'text');
  const modes = ['zig', 'lib/std.zig', 'empty'].map(
    async (name) => (await stat(join(folder, 'ziglang', name))).mode,
  );
  assert.equal(
    (await Promise.all(modes)).map((mode) => mode & 0o7777),
    [0o755, 0o664, 0o644],
  );
});

test('unpacks only what is wanted', async () => {
  const entries = ['a/x', 'a/y', 'b/x'].map((name) => ({ name, content: Buffer.from(name) }));
  const folder = temporaryFolder('unpacked');
  await unpackWheel(await wheelFile(builtZip(entries)), folder, { only: (path) => path.startsWith('a/') });
  assert.equal((await readdir(folder, { recursive: true })).sort(), ['a', 'a/x', 'a/y']);
});

test('stops between two of thousands of small files, and others get their turn', async () => {
  const entries = Array.from({ length: 5000 }, (_, index) => ({
    name: `${index}`,
    content: Buffer.from('x'),
  }));
  const wheel = await wheelFile(builtZip(entries));
  const folder = temporaryFolder('unpacked');
  const stop = new AbortController();
  const unpacking = unpackWheel(wheel, folder, { signal: stop.signal });
  setImmediate(() => stop.abort());
  const error = await unpacking.then(
    () => assert.unreachable('it went on to the end'),
    (reason: unknown) => reason,
  );
  assert.is((error as Error).name, 'AbortError');
  assert.ok((await readdir(folder)).length < entries.length);
});

const unsafe: readonly (readonly [string, readonly ZipEntry[]])[] = [
  ['..', [{ name: '../evil', content: Buffer.from('x') }]],
  ['an absolute path', [{ name: '/evil', content: Buffer.from('x') }]],
  ['a backslash path', [{ name: '..\\evil', content: Buffer.from('x') }]],
  ['a symlink', [{ name: 'out', content: Buffer.from('/etc'), mode: 0o120777 }]],
];
for (const [what, entries] of unsafe) {
  test(`refuses ${what}`, async () => {
    const outside = temporaryFolder('unpacked');
    await rejectedWith(
      unpackWheel(await wheelFile(builtZip(entries)), join(outside, 'in')),
      'INPUT_CORRUPT',
      /package\.whl/,
    );
    assert.equal(await readdir(outside), ['in']);
    assert.equal(await readdir(join(outside, 'in')), []);
  });
}

/** Position of a field in the central directory's only entry. */
function directoryField(zip: Buffer, offset: number): number {
  return zip.indexOf('PK\x01\x02') + offset;
}

const damaged: readonly (readonly [string, (zip: Buffer) => Buffer])[] = [
  ['cut off', (zip) => zip.subarray(0, zip.length - 30)],
  ['that is something else', () => Buffer.from('not a zip')],
  ['that is empty', () => Buffer.alloc(0)],
  [
    'with damaged data',
    (zip) => {
      zip.fill(0xff, 40, 60);
      return zip;
    },
  ],
  [
    'with an entry that is larger than it says',
    (zip) => {
      zip.writeUInt32LE(10, directoryField(zip, 24));
      return zip;
    },
  ],
  [
    'with an entry that is smaller than it says',
    (zip) => {
      zip.writeUInt32LE(900_000, directoryField(zip, 24));
      return zip;
    },
  ],
];
for (const [what, damage] of damaged) {
  test(`refuses a wheel ${what}`, async () => {
    const zip = damage(builtZip([{ name: 'file', content: large.subarray(0, 50_000) }]));
    await rejectedWith(
      unpackWheel(await wheelFile(zip), temporaryFolder('unpacked')),
      'INPUT_CORRUPT',
      /package\.whl/,
    );
  });
}

test.run();

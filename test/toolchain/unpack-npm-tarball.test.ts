import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { unpackNpmTarball } from '../../builder/toolchain/unpack-npm-tarball.ts';
import { type BuiltEntry, builtNpmTarball } from '../support/built-archives.ts';
import { rejectedWith } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function tarball(entries: readonly BuiltEntry[]): Promise<string> {
  const file = join(temporaryFolder('npm'), 'name-1.0.0.tgz');
  await writeFile(file, await builtNpmTarball(entries));
  return file;
}

for (const prefix of ['package', 'node']) {
  test(`the files of ${prefix}/ lie in package/`, async () => {
    const folder = temporaryFolder('unpacked');
    await unpackNpmTarball(
      await tarball([
        { name: `${prefix}/package.json`, content: '{}' },
        { name: `${prefix}/bin/esbuild`, mode: 0o755, content: 'x' },
      ]),
      folder,
    );
    assert.is(await readFile(join(folder, 'package/package.json'), 'utf8'), '{}');
    assert.is((await stat(join(folder, 'package/bin/esbuild'))).mode & 0o7777, 0o755);
  });
}

test('leaves links out, as npm does', async () => {
  const folder = temporaryFolder('unpacked');
  await unpackNpmTarball(
    await tarball([
      { name: 'package/a', content: 'x' },
      { name: 'package/soft', type: 'symlink', linkname: '/etc/passwd' },
      { name: 'package/hard', type: 'link', linkname: 'package/a' },
    ]),
    folder,
  );
  assert.equal(await readdir(join(folder, 'package')), ['a']);
});

test('refuses a path that leaves the folder', async () => {
  const outside = temporaryFolder('unpacked');
  const bad = await tarball([{ name: 'package/../../evil', content: 'x' }]);
  await rejectedWith(unpackNpmTarball(bad, join(outside, 'in')), 'INPUT_CORRUPT', /leaves the folder/);
  assert.equal(await readdir(outside), ['in']);
});

test('refuses a tarball that is cut off or none', async () => {
  const whole = await builtNpmTarball([{ name: 'package/a', content: 'x'.repeat(2000) }]);
  for (const bytes of [whole.subarray(0, whole.length - 12), Buffer.from('text'), Buffer.alloc(0)]) {
    const file = join(temporaryFolder('npm'), 'bad.tgz');
    await writeFile(file, bytes);
    await rejectedWith(unpackNpmTarball(file, temporaryFolder('unpacked')), 'INPUT_CORRUPT', /bad\.tgz/);
  }
});

test.run();

import { createHash } from 'node:crypto';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ubootEnvironment, writeFlashBank } from '../../builder/image/uboot-environment.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const variables = { bootdelay: '-2', bootcmd: 'virtio scan; bootflow scan -lb', preboot: '', a: 'x=y' };

test('is what mkenvimage makes', () => {
  // sha256 of: printf 'a=x=y\nbootcmd=virtio scan; bootflow scan -lb\nbootdelay=-2\npreboot=\n' | mkenvimage -s 0x40000 -o - -
  const expected = '83dc7725f59e407950a3b1bee9b3e664424f37f778ef15de06a03eeaa2e3d353';
  assert.is(createHash('sha256').update(ubootEnvironment(variables)).digest('hex'), expected);
});

test('does not depend on the order of the variables', () => {
  const reversed = Object.fromEntries(Object.entries(variables).reverse());
  assert.ok(ubootEnvironment(variables).equals(ubootEnvironment(reversed)));
});

test('refuses what would not be read back, and what does not fit', () => {
  const bad = { 'a=b': 'x', '': 'x', 'a\nb': 'x', 'a\0': 'x' };
  for (const name of Object.keys(bad)) assert.throws(() => ubootEnvironment({ [name]: 'x' }), /cannot hold/);
  for (const value of ['x\ny', 'x\0']) assert.throws(() => ubootEnvironment({ a: value }), /cannot hold/);
  assert.is(ubootEnvironment({ a: 'x'.repeat(57) }, 65).length, 65);
  assert.throws(() => ubootEnvironment({ a: 'x'.repeat(58) }, 65), /has 62 bytes, but only 61 fit/);
});

test('a flash bank begins with the environment, has 64 MiB and takes little room', async () => {
  const folder = temporaryFolder('flash');
  const file = join(folder, 'bank');
  const environment = ubootEnvironment(variables);
  await writeFlashBank(file, environment);
  const handle = await open(file, 'r');
  const { buffer } = await handle.read(Buffer.alloc(environment.length), 0, environment.length, 0);
  await handle.close();
  assert.ok(buffer.equals(environment));
  const { size, blocks } = await stat(file);
  assert.is(size, 64 * 1024 * 1024);
  assert.ok(blocks * 512 < 1024 * 1024);
  assert.equal(await readdir(folder), ['bank']);
});

test.run();

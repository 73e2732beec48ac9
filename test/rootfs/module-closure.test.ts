import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { moduleClosure } from '../../builder/rootfs/module-closure.ts';
import { builtXz } from '../support/built-archives.ts';
import { builtElf } from '../support/built-elf.ts';
import { rejectedWith } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function module(...modinfo: string[]): Buffer {
  return builtElf({ type: 1, modinfo });
}

/** A folder as a kernel package has it. */
async function modulesFolder(
  files: Readonly<Record<string, Buffer>>,
  builtin: readonly string[] = [],
): Promise<string> {
  const folder = temporaryFolder('modules');
  await mkdir(join(folder, 'kernel'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, 'kernel', path)), { recursive: true });
    await writeFile(join(folder, 'kernel', path), content);
  }
  await writeFile(join(folder, 'modules.builtin'), builtin.map((path) => `kernel/${path}\n`).join(''));
  return folder;
}

const files = {
  'fs/ext4/ext4.ko.xz': builtXz(
    module('softdep=pre: crypto-crc32c post: never', 'depends=jbd2,mbcache,crc16', 'name=ext4'),
  ),
  'fs/jbd2/jbd2.ko': module('depends='),
  'fs/mbcache.ko.xz': builtXz(module('depends=')),
  'crypto/crc32c_generic.ko': module('alias=crypto-crc32c-generic', 'alias=crypto-crc32c', 'depends='),
  'drivers/md/dm-verity.ko': module('depends=dm-mod,dm-bufio'),
  'drivers/md/dm-bufio.ko': module('depends=dm-mod'),
  'drivers/md/dm-mod.ko': module('depends='),
  'drivers/block/virtio_blk.ko': module('softdep=pre: not-there', 'depends='),
  'broken/needs-gone.ko': module('depends=gone'),
  'broken/cut.ko': module('depends=').subarray(0, 100),
  'broken/bare.ko': builtElf({ type: 1 }),
  'broken/cut_xz.ko.xz': builtXz(module('depends=')).subarray(0, 60),
};
const folder = await modulesFolder(files, ['lib/crc16.ko', 'drivers/virtio/virtio-pci.ko']);

async function names(...wanted: string[]): Promise<string[]> {
  return (await moduleClosure(folder, wanted)).map(({ name }) => name);
}

test('dependencies come first, soft ones too, and what is built in does not come at all', async () => {
  assert.equal(await names('ext4'), ['crc32c_generic', 'jbd2', 'mbcache', 'ext4']);
});

test('keeps the order that was asked for and names nothing twice', async () => {
  assert.equal(await names('virtio_blk', 'dm-verity', 'dm-bufio', 'virtio_blk'), [
    'virtio_blk',
    'dm_mod',
    'dm_bufio',
    'dm_verity',
  ]);
});

test('- and _ are the same, for modules and for what is built in', async () => {
  assert.equal(await names('dm_verity'), await names('dm-verity'));
  assert.equal(await names('virtio-pci', 'virtio_pci'), []);
});

test('gives the modules unpacked, with their paths', async () => {
  const [mbcache] = await moduleClosure(folder, ['mbcache']);
  assert.is(mbcache!.path, 'kernel/fs/mbcache.ko.xz');
  assert.ok(mbcache!.content.equals(module('depends=')));
});

test('an unknown module is named, with those that are near', async () => {
  const error = await rejectedWith(
    names('virtio_bulk'),
    'STEP_FAILED',
    /no module virtio_bulk \(needed by the board\)/,
  );
  assert.match(error.message, /did you mean virtio_blk/);
  await rejectedWith(names('needs-gone'), 'STEP_FAILED', /no module gone \(needed by needs_gone\)/);
});

for (const name of ['cut', 'bare', 'cut_xz']) {
  test(`refuses a damaged module (${name})`, async () => {
    await rejectedWith(names(name), 'INPUT_CORRUPT', new RegExp(`${name}\\.ko.* is no kernel module`));
  });
}

test.run();

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readElf } from '../../builder/rootfs/elf/read-elf.ts';
import { moduleClosure } from '../../builder/rootfs/module-closure.ts';
import { unpackDeb } from '../../builder/toolchain/unpack-deb.ts';
import { lockedFiles } from '../support/locked-tools.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test("the modules of Debian's kernel come unpacked, each after what it depends on", async () => {
  const debs = await lockedFiles([
    { kind: 'debian', package: 'linux-image-arm64', architecture: 'arm64', closure: false, host: false },
  ]);
  const folder = temporaryFolder('kernel');
  for (const deb of debs)
    await unpackDeb(deb, folder, { only: (path) => path.startsWith('usr/lib/modules/') });
  const [release] = await readdir(join(folder, 'usr/lib/modules'));
  const wanted = ['virtio_blk', 'virtio_net', 'ext4', 'squashfs', 'dm-verity'];
  const modules = await moduleClosure(join(folder, 'usr/lib/modules', release!), wanted);
  const names = modules.map(({ name }) => name);
  for (const [before, after] of [
    ['net_failover', 'virtio_net'],
    ['jbd2', 'ext4'],
    ['crc32c_generic', 'ext4'],
    ['dm_mod', 'dm_verity'],
  ] as const) {
    assert.ok(names.includes(before), before);
    assert.ok(names.indexOf(before) < names.indexOf(after), `${before} before ${after}`);
  }
  for (const { content } of modules) assert.is(readElf(content).machine, 'arm64');
});

test.run();

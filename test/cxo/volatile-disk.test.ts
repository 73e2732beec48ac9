import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { VolatileBlocks } from '../support/volatile-blocks.ts';
import { VolatileDisk } from '../support/volatile-disk.ts';

const test = suite('a disk with a volatile cache');
const image = join(temporaryFolder('volatile-disk'), 'image');
await writeFile(image, Buffer.alloc(64 * 1024, 0x11));
const size = 1 << 20;

test('what was flushed lasts, what was not is lost, and the image stays as it is', () => {
  const blocks = new VolatileBlocks(image, size);
  blocks.write(100, Buffer.alloc(5000, 0xaa), false);
  assert.equal(blocks.read(98, 4), Buffer.from([0x11, 0x11, 0xaa, 0xaa]));
  blocks.cut(() => false);
  assert.equal(blocks.read(98, 4), Buffer.from([0x11, 0x11, 0x11, 0x11]));
  blocks.write(100, Buffer.alloc(5000, 0xbb), false);
  blocks.flush();
  blocks.write(100, Buffer.alloc(10, 0xcc), true);
  blocks.cut(() => false);
  assert.equal(blocks.read(109, 2), Buffer.from([0xcc, 0xbb]));
  assert.equal(blocks.read(5099, 2), Buffer.from([0xbb, 0x11]));
  assert.equal(blocks.read(size - 1, 1), Buffer.from([0]), 'beyond the image there are zeros');
});

test('a power cut keeps just the blocks that the disk had written already', () => {
  const blocks = new VolatileBlocks(image, size);
  blocks.write(0, Buffer.alloc(3 * 4096, 0xaa), false);
  blocks.cut((block) => block === 1);
  assert.equal(
    [0, 4096, 8192].map((offset) => blocks.read(offset, 1)[0]),
    [0x11, 0xaa, 0x11],
  );
});

const { failed: noQemuIo } = await execa('qemu-io', ['--version'], { reject: false });
if (noQemuIo) console.log('SKIP speaks NBD as QEMU does: no qemu-io');
(noQemuIo ? test.skip : test)('speaks NBD as QEMU does', async () => {
  const disk = await VolatileDisk.open(image, size);
  const io = async (...commands: string[]): Promise<string> => {
    const words = commands.flatMap((command) => ['-c', command]);
    const { stdout } = await execa('qemu-io', ['-t', 'writeback', '-f', 'raw', ...words, disk.url], {
      reject: false,
    });
    return stdout;
  };
  try {
    assert.match(
      await io('write -P 0xaa 512 8192', 'read -P 0xaa 512 8192', 'read -P 0x11 0 512'),
      /read 512\/512/,
    );
    // It flushes when it closes.
    assert.ok(disk.flushes > 0);
    disk.powerCut();
    assert.not.match(await io('read -P 0xaa 512 8192'), /Pattern verification failed/);
    assert.match(await io('read -P 0xbb 512 8192'), /Pattern verification failed/, 'qemu-io does compare');
  } finally {
    await disk.close();
  }
});

test.run();

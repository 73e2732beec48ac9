import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { writeDisk } from '../../builder/image/disk.ts';
import { FatReader } from '../../builder/image/fat-reader.ts';
import { layout } from '../../builder/image/layout.ts';
import { readSlotFiles } from '../../qemu/slot/slot-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { testBoard } from '../support/test-board.ts';

const test = suite("a slot's files, read from the image");
const folder = temporaryFolder('slot');
const kernel = Array.from({ length: 40_000 }, (_, index) => `${index + 1}\n`).join('');

/** The uncompressed fixture, behind `before` foreign bytes. */
async function fatImage(name: string, before = 0): Promise<string> {
  const compressed = await readFile(join(import.meta.dirname, '../fixtures/qemu', `${name}.img.br`));
  const file = join(folder, `${name}-${before}.img`);
  await writeFile(file, Buffer.concat([Buffer.alloc(before, 0xa5), brotliDecompressSync(compressed)]));
  return file;
}

async function reading<T>(file: string, offset: number, use: (fat: FatReader) => Promise<T>): Promise<T> {
  const handle = await open(file, 'r');
  try {
    return await use(await FatReader.open(handle, offset));
  } finally {
    await handle.close();
  }
}

async function failure(promise: Promise<unknown>): Promise<BoardsmithError> {
  const error = await promise.then(
    () => null,
    (cause: unknown) => cause,
  );
  assert.instance(error, BoardsmithError);
  assert.is((error as BoardsmithError).code, 'FILE_UNUSABLE');
  return error as BoardsmithError;
}

for (const name of ['fat16', 'fat32']) {
  test(`${name}: files by long and short names, in folders, in pieces, empty, at an offset`, async () => {
    const offset = 4 << 20;
    await reading(await fatImage(name, offset), offset, async (fat) => {
      assert.is((await fat.readFile('/kernel')).toString(), kernel);
      assert.is((await fat.readFile('Initramfs-long-name.zst')).toString(), kernel.slice(0, 100_000));
      assert.is((await fat.readFile('/INITRAMFS-LONG-NAME.ZST')).length, 100_000);
      assert.match((await fat.readFile('/extlinux/extlinux.conf')).toString(), /^default x\n/);
      assert.is((await fat.readFile('/empty')).length, 0);
      for (const absent of ['/filler1', '/extlinux', '/kernel/x', '/extlinux/kernel', '/', '/BOOT']) {
        assert.match((await failure(fat.readFile(absent))).message, /holds no file/, absent);
      }
    });
  });
}

test('what is no FAT file system, is cut off or has a chain without end is refused', async () => {
  const noise = join(folder, 'noise.img');
  await writeFile(noise, Buffer.alloc(4096, 0x5a));
  assert.match((await failure(reading(noise, 0, async () => {}))).message, /no FAT file system/);
  await writeFile(noise, Buffer.alloc(100));
  assert.match((await failure(reading(noise, 0, async () => {}))).message, /cut off/);

  const damaged = await fatImage('fat16');
  const bytes = await readFile(damaged);
  const fatOffset = bytes.readUInt16LE(14) * 512;
  // Every cluster leads to the next, the last one to the first.
  for (let cluster = 2; cluster < 16_000; cluster += 1) {
    bytes.writeUInt16LE(cluster === 15_999 ? 2 : cluster + 1, fatOffset + cluster * 2);
  }
  await writeFile(damaged, bytes);
  assert.match(
    (await failure(reading(damaged, 0, (fat) => fat.readFile('/kernel')))).message,
    /chains are damaged/,
  );
});

async function diskImage(name: string, change: (boot: Buffer) => void = () => {}): Promise<string> {
  const boot = await fatImage('fat16');
  const bytes = await readFile(boot);
  change(bytes);
  await writeFile(boot, bytes);
  const output = join(folder, `${name}.disk`);
  await writeDisk({
    layout: layout(testBoard, 'cxo-test'),
    contents: { 'boot-a': boot },
    bootloader: null,
    output,
    signal: new AbortController().signal,
  });
  return output;
}

test('kernel, initramfs and command line are those of the extlinux.conf', async () => {
  const slot = await readSlotFiles(await diskImage('good'), 'a');
  assert.is(slot.kernel.toString(), kernel);
  assert.is(slot.initramfs.length, 100_000);
  assert.is(slot.commandLine, 'console=ttyAMA0 quiet');
});

test('an empty slot, and one whose extlinux.conf names nothing, are refused', async () => {
  const image = await diskImage('broken', (boot) => {
    const at = boot.indexOf('  initrd ');
    boot.write('  nothing', at);
  });
  assert.match((await failure(readSlotFiles(image, 'a'))).message, /names no kernel and initramfs/);
  assert.match((await failure(readSlotFiles(image, 'b'))).message, /no FAT file system/);
});

test.run();

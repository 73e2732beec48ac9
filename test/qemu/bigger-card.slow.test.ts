import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readGpt } from '../../builder/image/read-gpt.ts';
import { sectorSize } from '../../builder/image/sectors.ts';
import { type Console, isEvent } from '../../qemu/console.ts';
import { forwardsOf } from '../../qemu/free-port.ts';
import { type Machine, startMachine } from '../../qemu/machine.ts';
import { plainRun } from '../../qemu/machine-options.ts';
import { timeoutScale } from '../../qemu/speed.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { buildTestImage, type TestImage } from '../support/test-build.ts';
import { VolatileDisk } from '../support/volatile-disk.ts';

const test = suite('an image on a bigger card');
const mebibyte = 1024 * 1024;
const headerBytes = 512;
const timeoutMs = 200_000 * timeoutScale();

async function running(
  image: TestImage,
  disk: VolatileDisk,
  use: (machine: Machine) => Promise<void>,
): Promise<void> {
  const card = { kind: 'url', url: disk.url } as const;
  const machine = await startMachine(image, { ...plainRun, card, forwards: forwardsOf(image.ports) });
  try {
    await use(machine);
  } finally {
    await machine.stop();
  }
}

/** Boots until the first flush of what is waited for, and cuts the power before it has done anything. @returns the console up to there */
async function bootUntilFlush(
  image: TestImage,
  disk: VolatileDisk,
  { of: what, isIt, cut }: { of: string; isIt: () => boolean; cut: () => void },
): Promise<Console> {
  const reached = new Promise<void>((resolve) => {
    disk.beforeFlush = () => {
      if (!isIt()) return;
      disk.beforeFlush = () => {};
      cut();
      resolve();
    };
  });
  let console: Console | undefined;
  await running(image, disk, async (machine) => {
    console = machine.console;
    const late = machine.console.waitFor(() => false, { description: `the flush of ${what}`, timeoutMs });
    late.catch(() => {});
    await Promise.race([reached, late]);
  });
  disk.beforeFlush = () => {};
  return console!;
}

function event(console: Console, name: string): Record<string, unknown> | undefined {
  const line = console.lines.find(isEvent(name));
  return line?.meaning.kind === 'event' ? line.meaning.event : undefined;
}

async function writeTo(path: string, disk: VolatileDisk): Promise<void> {
  const file = await open(path, 'w');
  const nothing = Buffer.alloc(mebibyte);
  await file.truncate(disk.blocks.size);
  for (let at = 0; at < disk.blocks.size; at += mebibyte) {
    const bytes = disk.blocks.read(at, mebibyte);
    if (!bytes.equals(nothing)) await file.write(bytes, 0, mebibyte, at);
  }
  await file.close();
}

test('grows; the power cut in the write that makes it count, and again before the file system has grown, does no harm', async () => {
  const image = await buildTestImage({ recipe: 'recipes/cxo' });
  const more = 96 * mebibyte;
  const disk = await VolatileDisk.open(image.image, (await stat(image.image)).size + more);
  try {
    // Backup entries, backup header, new entries, and last the header: half of it gets to the card.
    const header = (): Buffer => disk.blocks.read(headerBytes, headerBytes);
    const old = header();
    const first = await bootUntilFlush(image, disk, {
      of: 'the header',
      isIt: () => !header().equals(old),
      cut: () => {
        const whole = header();
        disk.powerCut();
        disk.blocks.write(headerBytes, Buffer.concat([whole.subarray(0, 40), Buffer.alloc(472, 0xdb)]), true);
      },
    });
    assert.not.ok(event(first, 'data'));

    // The boot loader and the kernel go by the second table. Entries, header, and then what ext4 writes.
    const { partitions: shipped } = await readGpt(image.image);
    const dataStart = shipped.find(({ name }) => name === 'data')!.start * sectorSize;
    let odd = 0;
    const second = await bootUntilFlush(image, disk, {
      of: 'the file system',
      isIt: () => disk.blocks.isUnflushed(dataStart, disk.blocks.size - 2 * mebibyte - dataStart),
      cut: () => disk.powerCut(() => odd++ % 2 === 1),
    });
    assert.is(event(second, 'table')?.state, 'repaired');
    assert.not.ok(event(second, 'data'), 'the file system has not grown yet');

    await running(image, disk, async (machine) => {
      await machine.console.waitFor(isEvent('ready'), { description: 'the ready line', timeoutMs });
      assert.not.ok(event(machine.console, 'table'), 'there is nothing left to repair');
      const data = event(machine.console, 'data')!;
      assert.is(data.state, 'grown');
      const [forward] = await machine.forwards();
      const answer = await fetch(`http://127.0.0.1:${forward!.host}/statistics`);
      const { free_bytes: free } = (await answer.json()) as { free_bytes: number };
      assert.ok(free > more - 16 * mebibyte, `the daemon has ${free} bytes`);
      assert.ok(await machine.powerOff(timeoutMs));
    });

    const card = join(temporaryFolder('bigger-card'), 'card');
    await writeTo(card, disk);
    const { size, partitions } = await readGpt(card);
    const { start, size: sectors } = partitions.find(({ name }) => name === 'data')!;
    assert.ok(size - (start + sectors) < (2 * mebibyte) / sectorSize, 'data reaches the end of the card');
  } finally {
    await disk.close();
  }
});

test.run();

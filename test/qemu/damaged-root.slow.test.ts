import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ByteRange } from '../../builder/image/byte-range.ts';
import { readGpt } from '../../builder/image/read-gpt.ts';
import { sectorSize } from '../../builder/image/sectors.ts';
import { type RootMap, rootMap, whatLiesIn } from '../../builder/inspect/root-map.ts';
import type { FailureKind } from '../../qemu/boot-failure.ts';
import { makeCard } from '../../qemu/card-file.ts';
import { type ConsoleLine, isEvent } from '../../qemu/console.ts';
import { type Machine, startMachine } from '../../qemu/machine.ts';
import { plainRun } from '../../qemu/machine-options.ts';
import { timeoutScale } from '../../qemu/speed.ts';
import { overlayMutant } from '../support/overlay-mutant.ts';
import { buildTestImage, type TestImage } from '../support/test-build.ts';

const test = suite('a root in which one bit was flipped');

const { signal } = new AbortController();
const plain = 'test/appliances/plain';
const verified = await buildTestImage({ recipe: plain });
/** The same, but init mounts the partition as it is. */
const unverified = await buildTestImage({
  recipe: plain,
  overlaysRoot: await overlayMutant(
    { file: 'init/root.c', from: '\tverity_map(&verity, device);\n', to: '' },
    { file: 'init/root.c', from: 'sys_mount(VERITY_DEVICE, ROOT', to: 'sys_mount(device, ROOT' },
    { file: 'init/root.c', from: '\tverity_panic_when_damaged(&verity);\n', to: '' },
    { file: 'init/root.c', from: '\tevent_string(&event, "root_hash", verity.record.root_hash);\n', to: '' },
    { file: 'init/root.c', from: '\tstruct verity verity;\n', to: '' },
  ),
});
const { dataBlocks } = verified.manifest.verity;
const rootStart =
  (await readGpt(verified.image)).partitions.find(({ name }) => name === 'root-a')!.start * sectorSize;

async function mapOf({ image }: TestImage): Promise<RootMap> {
  const file = await open(image, 'r');
  try {
    return await rootMap(new ByteRange(file, rootStart, dataBlocks * 4096));
  } finally {
    await file.close();
  }
}
const map = await mapOf(verified);

/** The second whole block of a file's first piece: the kernel reads all of the piece at once, since it is packed. */
function blockOf(path: string): number {
  const { start, end } = map.pieces.find(({ holds }) => holds === path)!;
  const block = Math.ceil(start / 4096);
  assert.ok((block + 1) * 4096 <= end, `${path} has a block of its own`);
  assert.ok(whatLiesIn(map, block * 4096, (block + 1) * 4096).includes(path));
  return block;
}

const daemonBlock = blockOf('/usr/bin/plain');
const muslBlock = blockOf('/lib/ld-musl-aarch64.so.1');
/** Behind data and superblock: one block with the digest of each block of digests, then those. */
const treeTop = dataBlocks + 1;
const digestsOf = (block: number): number => treeTop + 1 + Math.floor(block / 128);
/** What init reads while it mounts must not be among what these digests are of. */
const tables = map.pieces.find(({ holds }) => holds === 'table of inodes')!.start / 4096;
assert.ok(![0, Math.floor(tables)].some((block) => digestsOf(block) === digestsOf(muslBlock)));

/** A copy of the image in which one bit of a block of the root partition is flipped. */
async function boot(
  image: TestImage,
  place: { readonly block: number; readonly byte?: number },
  use: (machine: Machine) => Promise<void>,
): Promise<void> {
  const path = join(dirname(image.image), `flipped-${place.block}.card`);
  const card = await makeCard(image.image, path, null, signal);
  const file = await open(path, 'r+');
  const position = rootStart + place.block * 4096 + (place.byte ?? 0);
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, position);
  await file.write(Buffer.from([buffer[0]! ^ 1]), 0, 1, position);
  await file.close();
  const machine = await startMachine(image, { ...plainRun, card });
  try {
    await use(machine);
  } finally {
    await machine.stop();
  }
}

/** These tests look for what comes first, whatever it is. */
const everything: readonly FailureKind[] = ['init-fail', 'panic', 'oops', 'daemon-exit', 'not-ready'];
const wait = { timeoutMs: 240_000 * timeoutScale(), expected: everything };

function saw(machine: Machine, matches: (line: ConsoleLine) => boolean): boolean {
  return machine.console.lines.some(matches);
}

const isCorrupted = ({ text }: ConsoleLine): boolean =>
  /device-mapper: verity: .*(?:data|metadata) block \d+ is corrupted/.test(text);
const isPanic = ({ text }: ConsoleLine): boolean =>
  /Kernel panic - not syncing: dm-verity device corrupted/.test(text);

const whileMounting: readonly (readonly [string, { block: number; byte?: number }])[] = [
  // The file system's own date, which nothing would miss.
  ['superblock', { block: 0, byte: 8 }],
  ['tree, in the block below the root hash', { block: treeTop }],
];
for (const [what, place] of whileMounting) {
  test(`in the ${what}: init says so, waits, and reboots`, async () => {
    await boot(verified, place, async (machine) => {
      const description = 'the failure of init';
      const line = await machine.console.waitFor(isEvent('fail'), { ...wait, description });
      assert.ok(line.meaning.kind === 'event');
      const { what: failed, errno, reboot_in_s: delay } = line.meaning.event;
      assert.equal({ failed, errno, delay }, { failed: 'verify the root', errno: 'EIO', delay: 10 });
      assert.ok(saw(machine, isCorrupted), 'the kernel names the block');
      assert.is((await machine.ended).reason, 'guest-reset');
      for (const event of ['root', 'daemon', 'ready']) assert.not.ok(saw(machine, isEvent(event)), event);
    });
  });
}

const whileRunning: readonly (readonly [string, { block: number }])[] = [
  ["daemon's first piece", { block: daemonBlock }],
  ['C library', { block: muslBlock }],
  ['tree, in the digests of the C library', { block: digestsOf(muslBlock) }],
];
for (const [what, place] of whileRunning) {
  test(`in the ${what}: a panic that says so before the daemon runs, then a reboot`, async () => {
    await boot(verified, place, async (machine) => {
      await machine.console.waitFor(isPanic, { ...wait, description: 'the panic' });
      assert.ok(saw(machine, isCorrupted), 'the kernel names the block');
      assert.is((await machine.ended).reason, 'guest-reset');
      for (const event of ['ready', 'daemon-exit']) assert.not.ok(saw(machine, isEvent(event)), event);
      assert.not.ok(
        saw(machine, ({ meaning }) => meaning.kind === 'daemon'),
        'the daemon says nothing',
      );
    });
  });
}

test('without dm-verity the flip in the superblock goes unnoticed', async () => {
  await boot(unverified, { block: 0, byte: 8 }, async (machine) => {
    await machine.console.waitFor(isEvent('ready'), { ...wait, description: 'the daemon', expected: [] });
  });
});

test('without dm-verity a daemon with a flipped bit is run, and nobody says so', async () => {
  await boot(unverified, { block: daemonBlock }, async (machine) => {
    // It runs well or ends: that depends on what the bit means. What matters is that the changed program got its turn.
    await machine.console.waitFor((line) => isEvent('ready')(line) || isEvent('daemon-exit')(line), {
      ...wait,
      description: 'a sign of the daemon',
    });
    assert.not.ok(saw(machine, isCorrupted) || saw(machine, isPanic));
  });
});

test.run();

import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { mkdtemp, open, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FatReader } from '../../builder/image/fat-reader.ts';
import { readGpt } from '../../builder/image/read-gpt.ts';
import { sectorSize } from '../../builder/image/sectors.ts';
import { loadBoard } from '../../builder/recipe/load-board.ts';
import type { ImageManifest } from '../../builder/steps/image-manifest.ts';
import { bootAndCheck } from '../../qemu/boot-and-check.ts';
import { readSlotFiles } from '../../qemu/slot/slot-files.ts';
import { checkedSplLength, fitOffset } from '../support/allwinner-boot.ts';
import { builtStep } from '../support/built-step.ts';
import {
  type DeviceTreeNode,
  deviceTreeSize,
  nodeAt,
  numberOf,
  readDeviceTree,
  textOf,
} from '../support/device-tree.ts';
import { checkout } from '../support/places.ts';
import { buildTestImage } from '../support/test-build.ts';

const test = suite('boards that start from their card');

const tableEntries = 4096 * sectorSize;
const firstMiBs = 4 << 20;

interface Board {
  readonly name: string;
  /** Name of its device tree. */
  readonly deviceTree: string;
  readonly card: string;
}

const boards: readonly Board[] = [
  { name: 'orangepi-prime', deviceTree: 'sun50i-h5-orangepi-prime', card: 'allwinner,sun50i-h5-mmc' },
  { name: 'nanopi-neo-plus2', deviceTree: 'sun50i-h5-nanopi-neo-plus2', card: 'allwinner,sun50i-h5-mmc' },
  { name: 'pine64-plus', deviceTree: 'sun50i-a64-pine64-plus', card: 'allwinner,sun50i-a64-mmc' },
];

function firstBytes(image: string): Buffer {
  const bytes = Buffer.alloc(firstMiBs);
  const file = openSync(image, 'r');
  readSync(file, bytes, 0, bytes.length, 0);
  closeSync(file);
  return bytes;
}

async function deviceTreeOf(image: string): Promise<DeviceTreeNode> {
  const { partitions } = await readGpt(image);
  const handle = await open(image, 'r');
  try {
    const boot = partitions.find(({ name }) => name === 'boot-a')!;
    const fat = await FatReader.open(handle, boot.start * sectorSize);
    const configuration = (await fat.readFile('/extlinux/extlinux.conf')).toString();
    assert.match(configuration, /^ {2}fdt \/device-tree\.dtb$/m);
    return readDeviceTree(await fat.readFile('/device-tree.dtb'));
  } finally {
    await handle.close();
  }
}

function isOn(node: DeviceTreeNode): boolean {
  return ['okay', 'ok', undefined].includes(textOf(node, 'status'));
}

for (const { name, deviceTree, card } of boards) {
  const folder = await builtStep({ board: name, kind: 'sd-image' });
  const image = join(folder, `plain-${name}.img`);
  const manifest = JSON.parse(
    readFileSync(join(folder, `plain-${name}.manifest.json`), 'utf8'),
  ) as ImageManifest;
  const bytes = firstBytes(image);

  test(`${name}: the SPL lies at 8 KiB with a sound header, and a flipped bit is noticed`, () => {
    const length = checkedSplLength(bytes);
    assert.ok(length >= 16 * 1024, `${length} bytes`);
    const damaged = Buffer.from(bytes);
    damaged[8192 + 5000]! ^= 1;
    assert.throws(() => checkedSplLength(damaged), /checksum/);
    assert.throws(() => checkedSplLength(Buffer.alloc(1 << 20)), /eGON/);
  });

  test(`${name}: the FIT has U-Boot, BL31 and the board's device tree, each with its place in memory`, () => {
    const fit = bytes.subarray(fitOffset);
    const tree = readDeviceTree(fit);
    const images = nodeAt(tree, '/images');
    const uboot = nodeAt(images, 'uboot');
    assert.is(textOf(uboot, 'arch'), 'arm64');
    assert.is(numberOf(uboot, 'load'), 0x4a000000);
    // SRAM A2 of A64 and H5 (plat/allwinner of Trusted Firmware-A), where the SPL jumps to.
    const firmware = nodeAt(images, 'atf');
    assert.is(numberOf(firmware, 'load'), 0x44000);
    assert.is(numberOf(firmware, 'entry'), 0x44000);
    const configurations = nodeAt(tree, '/configurations');
    const names = [...configurations.children.values()].map((node) => textOf(node, 'description'));
    assert.ok(
      names.some((text) => text?.endsWith(deviceTree)),
      names.join(),
    );
    for (const node of configurations.children.values()) {
      assert.is(textOf(node, 'firmware'), 'atf');
      assert.ok(images.children.has(textOf(node, 'fdt')!));
    }
    assert.ok(fitOffset + deviceTreeSize(fit) < tableEntries, 'it ends before the partition table');
  });

  test(`${name}: the partition table is sound, its entries behind the boot loader`, async () => {
    const { partitions } = await readGpt(image);
    assert.equal(
      partitions.map((partition) => partition.name),
      ['boot-a', 'root-a', 'boot-b', 'root-b', 'state', 'identity', 'data'],
    );
    assert.ok(partitions.every(({ start }) => start * sectorSize >= firstMiBs));
    assert.is(bytes.readBigUInt64LE(sectorSize + 72), BigInt(tableEntries / sectorSize));
    const loader = manifest.partitions.find((part) => part.name === 'bootloader');
    assert.ok(loader !== undefined && loader.used > 100_000, JSON.stringify(loader));
    const said = execFileSync('sgdisk', ['--verify', image], {
      encoding: 'utf8',
      env: { PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
    });
    assert.match(said, /No problems found/);
  });

  test(`${name}: console, card and network are on in the device tree of its kernel, and memory is set aside for last words`, async () => {
    const tree = await deviceTreeOf(image);
    assert.is(textOf(nodeAt(tree, '/chosen'), 'stdout-path'), 'serial0:115200n8');
    assert.is(textOf(nodeAt(tree, '/reserved-memory/ramoops@58000000'), 'compatible'), 'ramoops');
    const aliases = nodeAt(tree, '/aliases');
    const console = nodeAt(tree, textOf(aliases, 'serial0')!);
    assert.ok(isOn(console));
    assert.match(textOf(console, 'compatible')!, /snps,dw-apb-uart/);
    const slot = nodeAt(tree, '/soc/mmc@1c0f000');
    assert.ok(isOn(slot));
    assert.match(textOf(slot, 'compatible')!, new RegExp(card));
    assert.ok(isOn(nodeAt(tree, textOf(aliases, 'ethernet0')!)));
  });
}

test("orangepi-prime: its own kernel, initramfs and root boot in QEMU's virt machine", async () => {
  const virtual = await buildTestImage({ recipe: 'test/appliances/plain', board: 'qemu-virt-hardened' });
  const { patience } = await loadBoard(join(checkout, 'recipes/boards/qemu-virt-hardened.yaml'));
  // Two things differ: its patience, since QEMU is slower than the board, and the power key, by which the check ends it.
  const folder = await builtStep({
    board: 'orangepi-prime',
    changeBoard: (board) => ({ ...board, patience, powerButton: true }),
    kind: 'sd-image',
  });
  const image = join(folder, 'plain-orangepi-prime.img');
  const { boot } = JSON.parse(
    readFileSync(join(folder, 'plain-orangepi-prime.manifest.json'), 'utf8'),
  ) as ImageManifest;
  const slot = await readSlotFiles(image, 'a');
  const place = await mkdtemp(join(tmpdir(), 'boardsmith-orangepi-'));
  const [kernel, initramfs] = [join(place, 'kernel'), join(place, 'initramfs')];
  await writeFile(kernel, slot.kernel);
  await writeFile(initramfs, slot.initramfs);
  assert.match(slot.commandLine, /console=ttyS0,115200/);
  const commandLine = slot.commandLine.replace('ttyS0', 'ttyAMA0');
  const report = await bootAndCheck(
    {
      ...{ recipe: 'plain', board: 'orangepi-prime', image, console: 'ttyAMA0' },
      ...{ firmware: virtual.firmware, environmentFlash: null, machine: virtual.machine, leastMemoryMiB: 0 },
      ...{ ports: boot.ports, health: boot.health },
    },
    { run: { direct: { kernel, initramfs, commandLine } } },
  );
  assert.is(report.board, 'orangepi-prime');
});

test.run();

import { spawn } from 'node:child_process';
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { writeDisk } from '../../builder/image/disk.ts';
import { extlinuxConfiguration } from '../../builder/image/extlinux.ts';
import { makeFat } from '../../builder/image/fat.ts';
import { layout } from '../../builder/image/layout.ts';
import { ubootEnvironment, writeFlashBank } from '../../builder/image/uboot-environment.ts';
import { unpackDeb } from '../../builder/toolchain/unpack-deb.ts';
import { lockedFiles, lockedTool } from '../support/locked-tools.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { testBoard } from '../support/test-board.ts';

const { signal } = new AbortController();
const qemu = 'qemu-system-aarch64';
const usable = await execa(qemu, ['--version'], { reject: false });
if (usable.failed) console.log(`SKIP U-Boot boots the slot that is marked: no ${qemu}`);

const environment = {
  bootcmd: 'virtio scan; bootflow scan -lb',
  bootdelay: '-2',
  bootmeths: 'extlinux',
  boot_targets: 'virtio',
  fdt_addr_r: '0x40000000',
  kernel_addr_r: '0x40400000',
  pxefile_addr_r: '0x40300000',
  ramdisk_addr_r: '0x44000000',
};

async function bootPartition(folder: string, slot: string): Promise<string> {
  const text = extlinuxConfiguration({
    label: `slot-${slot}`,
    kernel: '/kernel',
    initramfs: '/initramfs.zst',
    deviceTree: null,
    commandLine: ['panic=-1'],
  });
  const output = join(folder, `boot-${slot}`);
  await makeFat({
    toolRoot: await lockedTool('fat'),
    output,
    scratch: folder,
    sizeMiB: testBoard.partitions.bootMiB,
    label: `BOOT-${slot.toUpperCase()}`,
    volumeId: 1,
    mtime: 1_700_000_000,
    files: [{ path: 'extlinux/extlinux.conf', content: { bytes: Buffer.from(text) } }],
    signal,
  });
  return output;
}

/** Starts U-Boot on a card and stops it once it says which label it boots. @returns all that it said until then */
async function bootedLabel(firmware: string, flash: string, card: string): Promise<string> {
  const drives = [
    `if=pflash,format=raw,readonly=on,file=${firmware}`,
    `if=pflash,format=raw,snapshot=on,file=${flash}`,
    `if=none,id=card,format=raw,snapshot=on,file=${card}`,
  ].flatMap((drive) => ['-drive', drive]);
  const machine = [
    '-M',
    'virt',
    '-cpu',
    'cortex-a53',
    '-m',
    '512',
    '-nographic',
    '-no-reboot',
    '-nodefaults',
  ];
  const args = [...machine, '-serial', 'stdio', ...drives, '-device', 'virtio-blk-pci,drive=card'];
  const child = spawn(qemu, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), 120_000);
  let said = '';
  for await (const chunk of child.stdout) {
    said += String(chunk);
    if (/^1:\tslot-\w\r?\n/m.test(said)) child.kill('SIGKILL');
  }
  clearTimeout(timer);
  return said;
}

(usable.failed ? test.skip : test)(
  'U-Boot finds the moved table and boots the slot that is marked',
  async () => {
    const folder = temporaryFolder('uboot');
    const [deb] = await lockedFiles([
      { kind: 'debian', package: 'u-boot-qemu', architecture: 'arm64', closure: false, host: false },
    ]);
    const file = 'usr/lib/u-boot/qemu_arm64/u-boot.bin';
    await unpackDeb(deb!, folder, { only: (path) => path === file });
    const firmware = join(folder, file);
    await truncate(firmware, 64 * 1024 * 1024);
    const flash = join(folder, 'flash');
    await writeFlashBank(flash, ubootEnvironment(environment));
    const contents = {
      'boot-a': await bootPartition(folder, 'a'),
      'boot-b': await bootPartition(folder, 'b'),
    };
    const plan = layout(testBoard, 'cxo-test');
    for (const slot of ['a', 'b']) {
      const partitions = plan.partitions.map((part) => ({ ...part, bootable: part.name === `boot-${slot}` }));
      const output = join(folder, `card-${slot}.img`);
      await writeDisk({ layout: { ...plan, partitions }, contents, bootloader: null, output, signal });
      const said = await bootedLabel(firmware, flash, output);
      assert.match(said, /Loading Environment from Flash\.\.\. OK/);
      assert.match(said, new RegExp(`^1:\\tslot-${slot}\\r?$`, 'm'));
    }
  },
);

test.run();

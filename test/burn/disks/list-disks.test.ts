import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { disksAsJson, formatDisks } from '../../../builder/burn/disks/format-disks.ts';
import { isCandidate, listDisks } from '../../../builder/burn/disks/list-disks.ts';
import { matchesGolden } from '../../support/golden.ts';
import { usbReader } from '../../support/pretended-disks.ts';
import { PretendedMachine } from '../../support/pretended-machine.ts';
import { pretendedMachines } from '../../support/pretended-machines.ts';

/** What could be burnt in each machine: nothing else may. */
const candidates: Readonly<Record<string, readonly string[]>> = {
  'laptop with LVM on LUKS on NVMe': ['/dev/sdb'],
  'RAID with the swap on one of its disks': [],
  'btrfs over two disks, in a subvolume': [],
  'ZFS, which does not say where it lies': [],
  'bcache: a disk and its cache': [],
  'multipath: one disk by two ways': [],
  'board that runs from its eMMC, and a card in its slot': ['/dev/mmcblk0'],
  'two readers of the same model, one without a card': ['/dev/sdb', '/dev/sdc'],
  'loop devices, memory disks, CD-ROM': [],
  'card of a desktop that mounts what is put in': [],
};

for (const [name, make] of Object.entries(pretendedMachines)) {
  test(name, async () => {
    const listed = await listDisks(null, make());
    assert.equal(
      listed.filter(isCandidate).map(({ disk }) => disk.path),
      candidates[name],
    );
    const file = name.replaceAll(/[^A-Za-z]+/g, '-').toLowerCase();
    matchesGolden(`burn/disks/${file}.txt`, `${formatDisks(listed).join('\n')}\n`);
  });
}

test('an image that a card is too small for is told of in the list', async () => {
  const machine = new PretendedMachine().disk(usbReader({ letter: 'b', port: '1-2', gigabytes: 1 }));
  const [listed] = await listDisks(2e9, machine);
  assert.equal(
    listed!.refusals.map(({ kind }) => kind),
    ['too-small'],
  );
  assert.match(formatDisks([listed!]).join('\n'), /^No card was found/);
});

test('for programs, with the id that only a card has', async () => {
  const machine = pretendedMachines['board that runs from its eMMC, and a card in its slot']!();
  const [card, system] = disksAsJson(await listDisks(null, machine));
  assert.equal(card, {
    path: '/dev/mmcblk0',
    size: 31_899_996_160,
    model: 'SC32G',
    serial: '0x7bf9d2a1',
    cardId: '0353445343333247807bf9d2a1014900',
    bus: 'mmc',
    removable: true,
    readOnly: false,
    refusals: [],
  });
  assert.equal(system!.refusals, [
    { kind: 'system', reason: 'it holds the system: / (mmcblk1p1)', liftedBy: null },
    { kind: 'not-removable', reason: 'it is not removable', liftedBy: '--allow-fixed' },
  ]);
});

test('the serial is udev’s where sysfs has none, and the model too', async () => {
  const machine = new PretendedMachine()
    .disk({
      name: 'sde',
      number: '8:64',
      gigabytes: 8,
      place: 'pci0/host5/target5:0:0/5:0:0:0',
      removable: true,
    })
    .udev('sde', { ID_MODEL: 'Card_Of_udev', ID_SERIAL_SHORT: 'U123' });
  const [listed] = await listDisks(null, machine);
  const { bus, model, serial } = listed!.disk;
  assert.equal([bus, model, serial], ['scsi', 'Card_Of_udev', 'U123']);
});

test('what a disk says of itself gives a terminal no orders', async () => {
  const serial = '12\u001b[2J\u000731m06';
  const machine = new PretendedMachine().disk(usbReader({ letter: 'b', port: '1-2', serial }));
  const listed = await listDisks(null, machine);
  assert.is(listed[0]!.disk.serial, '12 [2J 31m06');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: just these must not be there
  assert.not.match(formatDisks(listed).join('\n'), /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});

test('a name with a slash, as some controllers give it', async () => {
  const machine = new PretendedMachine()
    .disk({
      name: 'cciss!c0d0',
      number: '104:0',
      gigabytes: 8,
      place: 'pci0/cciss0',
      partitions: { 'cciss!c0d0p1': 'ext4' },
    })
    .mount('/', 'cciss/c0d0p1', 'ext4', '104:1');
  const [listed] = await listDisks(null, machine);
  assert.is(listed!.disk.path, '/dev/cciss/c0d0');
  assert.is(listed!.refusals[0]?.reason, 'it holds the system: / (cciss/c0d0p1)');
});

test('a disk that goes while it is looked at is left out; a machine that shows nothing has none', async () => {
  const machine = new PretendedMachine();
  machine.link('sys/block/sdq', '../devices/gone');
  assert.equal(await listDisks(null, machine), []);
  assert.equal(formatDisks([]), ['No card was found. Put one in and ask again.']);
});

test('this machine', async () => {
  // Whatever it has: the disk that holds this checkout is none that could be burnt.
  for (const { disk } of (await listDisks()).filter(isCandidate)) assert.ok(disk.removable && disk.size > 0);
});

test.run();

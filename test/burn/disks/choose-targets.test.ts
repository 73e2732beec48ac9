import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { chooseTargets } from '../../../builder/burn/disks/choose-targets.ts';
import { type DiskSystem, thisSystem } from '../../../builder/burn/disks/disk-system.ts';
import { beginDryRun, endDryRun } from '../../../builder/burn/disks/dry-run-file.ts';
import { nvmeDisk, sataDisk, usbReader } from '../../support/pretended-disks.ts';
import { PretendedMachine } from '../../support/pretended-machine.ts';
import { rejectedWith } from '../../support/rejection.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const demands = { imageSize: 1e9, allowLarge: false, allowFixed: false, overwrite: false };
const by = '/dev/disk/by-id';
const card = usbReader({
  letter: 'b',
  port: '1-2',
  gigabytes: 31.9,
  serial: '1206',
  partitions: { sdb1: 'vfat' },
});

function machine(disk = card): PretendedMachine {
  return new PretendedMachine()
    .disk(sataDisk('a', { sda1: 'ext4' }))
    .mount('/', 'sda1')
    .disk(disk)
    .setNode(`${by}/usb-Generic_1206-0:0`, { kind: 'link', target: '../../sdb' })
    .setNode(`${by}/usb-Generic_1206-0:0-part1`, { kind: 'link', target: '../../sdb1' })
    .setNode(by, { kind: 'folder' });
}

async function reasons(named: readonly string[], system: DiskSystem, more = {}): Promise<readonly string[]> {
  const error = await rejectedWith(
    chooseTargets(named, { ...demands, ...more }, system),
    'DISK_REFUSED',
    /./,
  );
  return error.problems;
}

for (const named of ['/dev/sdb', `${by}/usb-Generic_1206-0:0`]) {
  test(`${named} is clearly named`, async () => {
    const [target] = await chooseTargets([named], demands, machine());
    assert.is(target?.kind === 'disk' && target.disk.path, '/dev/sdb');
    assert.is(target?.kind === 'disk' && target.disk.serial, '1206');
  });
}

const unclear: readonly (readonly [string, string])[] = [
  ['/dev/sdb1', 'it is a partition of /dev/sdb, and a whole disk is written'],
  [`${by}/usb-Generic_1206-0:0-part1`, 'it is a partition of /dev/sdb, and a whole disk is written'],
  ['/dev/sd*', 'it is a pattern: name each disk by its own path'],
  ['/dev/sd[bc]', 'it is a pattern: name each disk by its own path'],
  ['/dev/sdz', 'there is no such disk'],
  [by, 'it is a folder'],
  ['/dev', 'it is a folder'],
  ['/dev/../dev/sdb', 'it is not clearly named: give the whole path of a disk, /dev/…'],
  ['/dev/sdb/', 'it is not clearly named: give the whole path of a disk, /dev/…'],
  ['../../../../../../../dev/sdb', 'it is not clearly named: give the whole path of a disk, /dev/…'],
  ['/dev/disk/by-label/CARD', `it is a link: name the disk by its own path, or by one below ${by}`],
  ['/dev/typo.img', 'it is an ordinary file below /dev, where a wrong name once made one: remove it'],
  ['/dev/ttyS0', 'it is no disk'],
  ['/dev/same-card', 'it is another name of /dev/sdb: use that'],
  ['/dev/unheard-of', 'the kernel knows no such disk'],
  ['/dev/dm-0', 'it is no card but made of sda1 by the kernel, or for boot loaders alone'],
  [`${by}/twice`, 'it is a link to a link'],
];
for (const [named, reason] of unclear) {
  test(`${named} is not`, async () => {
    const system = machine()
      .made('dm-0', '253:0', ['sda1'])
      .setNode('/dev/disk/by-label/CARD', { kind: 'link', target: '../../sdb' })
      .setNode('/dev/typo.img', { kind: 'file' })
      .setNode('/dev/ttyS0', { kind: 'character' })
      .setNode('/dev/same-card', { kind: 'block', number: '8:16' })
      .setNode('/dev/unheard-of', { kind: 'block', number: '250:0' })
      .setNode(`${by}/twice`, { kind: 'link', target: 'usb-Generic_1206-0:0' });
    assert.equal(await reasons([named], system), [`${named}: ${reason}`]);
  });
}

const large = usbReader({ letter: 'b', port: '1-2', gigabytes: 500, serial: '1206' });
const fixed = usbReader({ letter: 'b', port: '1-2', gigabytes: 31.9, serial: '1206', removable: false });
const locked = usbReader({ letter: 'b', port: '1-2', gigabytes: 31.9, readOnly: true });
const small = usbReader({ letter: 'b', port: '1-2', gigabytes: 0.5 });
const refused: readonly (readonly [string, PretendedMachine, string])[] = [
  ['mounted', machine().mount('/media/card', 'sdb1'), 'it is mounted at /media/card (sdb1)'],
  ['mounted as a whole', machine().mount('/media/card', 'sdb'), 'it is mounted at /media/card'],
  [
    'mounted for a container',
    machine().mountElsewhere(77, '/data', 'sdb1'),
    'it is mounted at /data in another namespace (sdb1)',
  ],
  [
    "a journal of another's file system",
    machine().mount('/srv/x', 'tank', 'xfs', '0:99', 'rw,logdev=/dev/sdb1'),
    'it holds the system: /srv/x (sdb1)',
  ],
  ['swapped to', machine().swap('/dev/sdb1'), 'it is swapped to: /dev/sdb1 (sdb1)'],
  [
    'part of something that is not mounted',
    machine().made('dm-0', '253:0', ['sdb1'], { 'dm/name': 'old-vg\n' }),
    'it is part of dm-0 (old-vg) (sdb1)',
  ],
  ['held by who is not named', machine().busy('/dev/sdb'), 'something that the kernel does not name uses it'],
  ['too small', machine(small), 'it has 499998720 bytes, and the image needs 1000000000'],
  ['empty', machine(usbReader({ letter: 'b', port: '1-2' })), 'there is no card in it'],
  ['suspiciously large', machine(large), 'it has 500.0 GB, and cards have 137.4 GB at most'],
  ['not removable', machine(fixed), 'it is not removable'],
  ['write-protected', machine(locked), 'it is write-protected'],
];
for (const [what, system, reason] of refused) {
  test(`a disk that is ${what} is refused`, async () => {
    assert.equal(await reasons(['/dev/sdb'], system), [`/dev/sdb: ${reason}`]);
  });
}

test('words lift what may be lifted, each its own', async () => {
  const both = machine(usbReader({ letter: 'b', port: '1-2', gigabytes: 500, removable: false }));
  const refusal = chooseTargets(['/dev/sdb'], demands, both);
  const { hint, problems } = await rejectedWith(refusal, 'DISK_REFUSED', /500.0 GB.* \(and 1 more\)/);
  assert.match(hint!, /if it is meant so: --allow-fixed --allow-large$/);
  assert.is(problems.length, 2);
  assert.equal(await reasons(['/dev/sdb'], both, { allowLarge: true }), ['/dev/sdb: it is not removable']);
  assert.is((await reasons(['/dev/sdb'], both, { allowFixed: true })).length, 1);
  await chooseTargets(['/dev/sdb'], { ...demands, allowLarge: true, allowFixed: true }, both);
  const system = await reasons(['/dev/sda'], both, { allowLarge: true, allowFixed: true });
  assert.equal(system, ['/dev/sda: it holds the system: / (sda1)']);
});

test('a loop device over a disk is refused for what uses that disk', async () => {
  const system = machine().disk({
    name: 'loop0',
    number: '7:0',
    gigabytes: 64,
    place: 'virtual',
    own: { 'loop/backing_file': '/dev/sda\n' },
  });
  assert.equal(await reasons(['/dev/loop0'], system, { allowFixed: true }), [
    '/dev/loop0: it holds the system: / (sda > sda1)',
  ]);
});

test('of many places a few are named', async () => {
  const system = machine();
  for (let index = 1; index <= 6; index += 1) system.mount(`/mnt/${index}`, 'sdb1');
  const [reason] = await reasons(['/dev/sdb'], system);
  assert.match(reason!, /at \/mnt\/1 \(sdb1\), .*\/mnt\/4 \(sdb1\) and 2 more$/);
});

test('all reasons of all disks at once', async () => {
  const system = new PretendedMachine()
    .disk({ ...nvmeDisk({ nvme0n1p1: 'vfat' }), readOnly: true })
    .mount('/boot/efi', 'nvme0n1p1')
    .mount('/mnt', 'nvme0n1p1')
    .disk(card);
  assert.equal(await reasons(['/dev/nvme0n1', '/dev/sdb', '/dev/sdx'], system, { imageSize: 1e12 }), [
    '/dev/nvme0n1: it holds the system: /boot/efi (nvme0n1p1)',
    '/dev/nvme0n1: it is mounted at /mnt (nvme0n1p1)',
    '/dev/nvme0n1: it has 512099999744 bytes, and the image needs 1000000000000',
    '/dev/nvme0n1: it has 512.1 GB, and cards have 137.4 GB at most',
    '/dev/nvme0n1: it is not removable',
    '/dev/nvme0n1: it is write-protected',
    '/dev/sdb: it has 31899996160 bytes, and the image needs 1000000000000',
    '/dev/sdx: there is no such disk',
  ]);
});

test('one card named twice, by two of its names', async () => {
  const named = ['/dev/sdb', `${by}/usb-Generic_1206-0:0`];
  assert.equal(await reasons(named, machine()), [`${named[1]}: it was named before, as /dev/sdb`]);
});

const folder = temporaryFolder('dry-run');
const mixed = (system: PretendedMachine): DiskSystem => ({
  root: system.root,
  open: system.open,
  node: async (path) => (path.startsWith('/dev') ? await system.node(path) : await thisSystem.node(path)),
});

test('a file is a dry run: a new one, or that of an earlier dry run', async () => {
  const file = join(folder, 'card.img');
  const system = mixed(machine());
  assert.equal(await chooseTargets([file], demands, system), [{ kind: 'file', file, exists: false }]);
  writeFileSync(file, 'a');
  assert.equal(await reasons([file], system), [`${file}: it is there, and no dry run wrote it`]);
  await chooseTargets([file], { ...demands, overwrite: true }, system);
  await beginDryRun(file);
  writeFileSync(file, 'interrupted');
  assert.equal(await chooseTargets([file], demands, system), [{ kind: 'file', file, exists: true }]);
  await endDryRun(file);
  await chooseTargets([file], demands, system);
  writeFileSync(file, 'what somebody wrote later');
  assert.equal(await reasons([file], system), [
    `${file}: it is there, and was changed since a dry run wrote it`,
  ]);
});

test('files that are none', async () => {
  mkdirSync(join(folder, 'folder.img'));
  symlinkSync(join(folder, 'x'), join(folder, 'link.img'));
  const system = mixed(machine());
  const expected: readonly (readonly [string, string])[] = [
    [join(folder, 'folder.img'), 'it is a folder'],
    [join(folder, 'link.img'), 'it is a link: name the file itself'],
    [join(folder, 'card.iso'), 'it is no disk, and the name of a file for a dry run ends in .img'],
    ['sdb', 'it is no disk, and the name of a file for a dry run ends in .img'],
    [join(folder, 'nowhere/card.img'), `there is no folder ${folder}/nowhere`],
  ];
  const named = expected.map(([name]) => name);
  assert.equal(
    await reasons(named, system),
    expected.map((pair) => pair.join(': ')),
  );
});

test.run();

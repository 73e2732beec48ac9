import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { answeredBeforehand } from '../../../builder/burn/disks/answered-beforehand.ts';
import { type BurnTarget, chooseTargets } from '../../../builder/burn/disks/choose-targets.ts';
import { claimTarget } from '../../../builder/burn/disks/claim-target.ts';
import { mmcDisk, sataDisk, usbReader } from '../../support/pretended-disks.ts';
import { type PretendedDisk, PretendedMachine } from '../../support/pretended-machine.ts';
import { pretendedMachines } from '../../support/pretended-machines.ts';
import { mutatedModule } from '../../support/source-mutant.ts';

const test = suite('disk mutants');
const lifted = { imageSize: 1e9, allowLarge: true, allowFixed: true, overwrite: false };
const strict = { ...lifted, allowLarge: false, allowFixed: false };

type Choose = typeof chooseTargets;

/** Whether a disk of a machine is refused, with every word given that lifts something. */
function refuses(path: string, machine: () => PretendedMachine, demands = lifted) {
  return async (choose: Choose): Promise<boolean> =>
    await choose([path], demands, machine()).then(
      () => false,
      () => true,
    );
}

const named = (name: string): (() => PretendedMachine) => pretendedMachines[name]!;
const reader = (more: Partial<PretendedDisk> = {}): PretendedMachine =>
  new PretendedMachine().disk({
    ...usbReader({ letter: 'b', port: '1-2', gigabytes: 31.9, serial: '1206', partitions: { sdb1: '' } }),
    ...more,
  });
const byId = '/dev/disk/by-id/usb-1206';

const uses = 'builder/burn/disks/disk-uses.ts';
const read = 'builder/burn/disks/read-machine.ts';
const judge = 'builder/burn/disks/judge-disk.ts';
const name = 'builder/burn/disks/name-target.ts';
const choose = 'builder/burn/disks/choose-targets.ts';
/** What is taken out, where, what stands there instead, and what is then no longer refused. */
const mutants: readonly (readonly [string, string, string, string, (choose: Choose) => Promise<boolean>])[] =
  [
    [
      'mounts',
      uses,
      'for (const mount of machine.mounts) {',
      'for (const mount of [] as typeof machine.mounts) {',
      refuses('/dev/sdb', named('card of a desktop that mounts what is put in')),
    ],
    [
      'mounts of other namespaces',
      read,
      'mounts.push(...readMounts(text, false));',
      '',
      refuses('/dev/sdb', () => reader().mountElsewhere(77, '/data', 'sdb1')),
    ],
    [
      'swap',
      uses,
      'for (const swap of machine.swaps) {',
      'for (const swap of [] as string[]) {',
      refuses('/dev/sdb', () => reader().swap('/dev/sdb1')),
    ],
    [
      'partitions',
      uses,
      'device.partitionOf === name',
      'device.number === name',
      refuses('/dev/sdb', () => reader().mount('/media', 'sdb1')),
    ],
    [
      'what is made of a disk',
      uses,
      'return [...new Set([...named, ...saying.map((device) => device.name)])].sort();',
      'return [];',
      refuses('/dev/sda', named('multipath: one disk by two ways')),
    ],
    [
      'loop devices over a disk',
      uses,
      '(backingFile !== null && deviceNamed(backingFile, machine) === name)',
      'false',
      refuses('/dev/sdb', named('loop devices, memory disks, CD-ROM')),
    ],
    [
      'the disk below a loop device',
      uses,
      'if (below === null) return uses;',
      'if (below !== undefined) return uses;',
      refuses('/dev/loop0', () =>
        new PretendedMachine()
          .disk(sataDisk('a', { sda1: 'ext4' }))
          .mount('/', 'sda1')
          .disk({
            name: 'loop0',
            number: '7:0',
            gigabytes: 64,
            place: 'virtual',
            own: { 'loop/backing_file': '/dev/sda\n' },
          }),
      ),
    ],
    [
      'members of a btrfs that the mount does not name',
      read,
      'if (members.length > 0) systems.push(members.map(fromSysfs));',
      '',
      refuses('/dev/sdb', named('btrfs over two disks, in a subvolume')),
    ],
    [
      'ZFS',
      uses,
      "if (machine.zfs && device?.content === 'zfs_member') add('held', 'a ZFS pool', name);",
      '',
      refuses('/dev/sda', named('ZFS, which does not say where it lies')),
    ],
    [
      'a cache of bcache',
      uses,
      "if (device?.inBcache === true) add('held', 'a bcache', name);",
      '',
      refuses('/dev/nvme0n1', named('bcache: a disk and its cache')),
    ],
    [
      'journals that a mount’s options name',
      'builder/burn/disks/mount-table.ts',
      'more: [...options.matchAll(/=(\\/dev\\/[^,]+)/g)].map((match) => unescaped(match[1]!)),',
      'more: [],',
      refuses('/dev/sdb', () => reader().mount('/srv', 'tank', 'xfs', '0:99', 'rw,logdev=/dev/sdb1')),
    ],
    [
      'who holds a disk and is not named',
      judge,
      'if (busy && refusals.length === 0)',
      'if (busy && refusals.length > 99)',
      refuses('/dev/sdb', () => reader().busy('/dev/sdb')),
    ],
    [
      'an empty reader',
      judge,
      "if (disk.size === 0) add('empty', 'there is no card in it');\n  else if",
      'if (disk.size > 0) if',
      refuses('/dev/sdd', named('two readers of the same model, one without a card')),
    ],
    [
      'too small',
      judge,
      'disk.size < imageSize',
      'disk.size < 0',
      refuses('/dev/sdb', () => reader({ gigabytes: 0.5 })),
    ],
    [
      'suspiciously large',
      judge,
      'disk.size > largestExpected && !allowLarge',
      'disk.size > 1e15',
      refuses('/dev/sdb', () => reader({ gigabytes: 500 }), strict),
    ],
    [
      'not removable',
      judge,
      '!disk.removable && !allowFixed',
      'disk.size < 0',
      refuses('/dev/sdb', () => reader({ removable: false }), strict),
    ],
    [
      'an eMMC is not removable',
      'builder/burn/disks/hardware.ts',
      'removable: marked || isCard,',
      'removable: true,',
      refuses('/dev/mmcblk1', () => new PretendedMachine().disk(mmcDisk('mmcblk1', 'MMC')), strict),
    ],
    [
      'write-protected',
      judge,
      'if (disk.readOnly)',
      'if (disk.size < 0)',
      refuses('/dev/sdb', () => reader({ readOnly: true })),
    ],
    [
      'links other than by-id',
      name,
      'if (dirname(path) !== byId)',
      'if (dirname(path) === byId)',
      refuses('/dev/disk/by-label/CARD', () =>
        reader().setNode('/dev/disk/by-label/CARD', { kind: 'link', target: '../../sdb' }),
      ),
    ],
    [
      'paths that go round',
      name,
      'normalize(named) !== named',
      'false',
      refuses('/dev/../dev/sdb', () => reader()),
    ],
    [
      'other names of a disk',
      name,
      '}` !== path) return refused',
      '}` === `` ) return refused',
      refuses('/dev/card', () => reader().setNode('/dev/card', { kind: 'block', number: '8:16' })),
    ],
    [
      'one card by two names',
      choose,
      'if (before !== undefined)',
      'if (before === "")',
      async (act) =>
        await act(
          ['/dev/sdb', byId],
          lifted,
          reader().setNode(byId, { kind: 'link', target: '../../sdb' }),
        ).then(
          () => false,
          () => true,
        ),
    ],
  ];

for (const [what, file, from, to, isRefused] of mutants) {
  test(`mutant: ${what}`, async () => {
    assert.ok(await isRefused(chooseTargets), 'refused by the code as it is');
    const mutant = (await import(mutatedModule({ file, from, to }, 'choose-targets.ts'))) as {
      chooseTargets: Choose;
    };
    assert.not.ok(await isRefused(mutant.chooseTargets), 'by the mutant it is not');
  });
}

test('mutant: the disk that was chosen', async () => {
  const isTaken = async (claim: typeof claimTarget): Promise<boolean> => {
    const machine = reader();
    machine.link('sys/dev/block/8:16', '../../block/sdb');
    const [target] = await chooseTargets(['/dev/sdb'], strict, machine);
    machine.change('sdb', 'diskseq', '10\n');
    return await claim(target!, 1 << 20, machine).then(
      async (card) => {
        await card.close();
        return true;
      },
      () => false,
    );
  };
  assert.not.ok(await isTaken(claimTarget));
  const mutation = {
    file: 'builder/burn/disks/claim-target.ts',
    from: 'if (changed.length === 0) return;',
    to: 'if (changed.length >= 0) return;',
  };
  const mutant = await import(mutatedModule(mutation, 'claim-target.ts'));
  assert.ok(await isTaken(mutant.claimTarget));
});

test('mutant: the serial', async () => {
  const targets = [{ kind: 'disk', disk: { path: '/dev/sdb', serial: 'S1' } }] as unknown as BurnTarget[];
  const isAnswered = (answered: typeof answeredBeforehand): boolean => {
    try {
      return answered({ yes: true, named: ['/dev/sdb'], serials: ['S2'] }, targets);
    } catch {
      return false;
    }
  };
  assert.not.ok(isAnswered(answeredBeforehand));
  const mutation = {
    file: 'builder/burn/disks/answered-beforehand.ts',
    from: 'return serial === disk.serial ? []',
    to: 'return serial !== disk.serial ? []',
  };
  const mutant = await import(mutatedModule(mutation, 'answered-beforehand.ts'));
  assert.ok(isAnswered(mutant.answeredBeforehand));
});

test.run();

import { mmcDisk, nvmeDisk, sataDisk, usbReader } from './pretended-disks.ts';
import { PretendedMachine } from './pretended-machine.ts';

const card = usbReader({
  letter: 'b',
  port: '1-2',
  gigabytes: 31.9,
  serial: '000000001206',
  partitions: { sdb1: '' },
});

/** Whole machines as people have them, each with what makes its system's disk hard to tell. */
export const pretendedMachines: Readonly<Record<string, () => PretendedMachine>> = {
  'laptop with LVM on LUKS on NVMe': () =>
    new PretendedMachine()
      .disk(nvmeDisk({ nvme0n1p1: 'vfat', nvme0n1p2: 'ext4', nvme0n1p3: 'crypto_LUKS' }))
      .made('dm-0', '253:0', ['nvme0n1p3'], { 'dm/name': 'luks-3f2a\n' })
      .made('dm-1', '253:1', ['dm-0'], { 'dm/name': 'vg-root\n' })
      .made('dm-2', '253:2', ['dm-0'], { 'dm/name': 'vg-swap\n' })
      .mount('/', 'mapper/vg-root', 'ext4', '253:1')
      .mount('/boot', 'nvme0n1p2')
      .mount('/boot/efi', 'nvme0n1p1', 'vfat')
      .swap('/dev/dm-2')
      .disk(card),
  'RAID with the swap on one of its disks': () =>
    new PretendedMachine()
      .disk(sataDisk('a', { sda1: 'linux_raid_member', sda2: 'swap' }))
      .disk(sataDisk('b', { sdb1: 'linux_raid_member' }))
      .made('md0', '9:0', ['sda1', 'sdb1'])
      .mount('/', 'md0')
      .swap('/dev/sda2'),
  'btrfs over two disks, in a subvolume': () =>
    btrfsOver('sda2', 'sdb')
      .disk(sataDisk('a', { sda1: 'vfat', sda2: 'btrfs' }))
      .disk(sataDisk('b', {}))
      .mount('/', 'sda2', 'btrfs', '0:31', 'rw,subvol=/@')
      .mount('/home', 'sda2', 'btrfs', '0:31', 'rw,subvol=/@home'),
  'ZFS, which does not say where it lies': () => {
    const machine = new PretendedMachine();
    machine.write('proc/spl/kstat/zfs/tank/state', 'ONLINE\n');
    return machine
      .disk(sataDisk('a', { sda1: 'vfat', sda2: 'zfs_member' }))
      .disk(sataDisk('c', { sdc1: 'ext4' }))
      .mount('/', 'tank/root', 'zfs', '0:27');
  },
  'bcache: a disk and its cache': () => {
    const machine = new PretendedMachine()
      .disk(nvmeDisk({ nvme0n1p1: 'bcache' }))
      .disk(sataDisk('a', { sda1: 'bcache' }))
      .made('bcache0', '252:0', ['sda1'])
      .mount('/srv', 'bcache0');
    machine.change('sda1', 'bcache/state', 'clean\n');
    machine.change('nvme0n1p1', 'bcache/cache_replacement_policy', 'lru\n');
    return machine;
  },
  'multipath: one disk by two ways': () =>
    new PretendedMachine()
      .disk(sataDisk('a', {}))
      .disk(sataDisk('b', {}))
      .made('dm-0', '253:0', ['sda', 'sdb'], { 'dm/name': 'mpatha\n' }),
  'board that runs from its eMMC, and a card in its slot': () => {
    const { place } = mmcDisk('mmcblk1', 'MMC');
    return new PretendedMachine()
      .disk(mmcDisk('mmcblk1', 'MMC', { mmcblk1p1: 'ext4' }))
      .disk({ name: 'mmcblk1boot0', number: '179:64', gigabytes: 0.004, place, readOnly: true })
      .disk({ name: 'mmcblk1boot1', number: '179:96', gigabytes: 0.004, place, readOnly: true })
      .disk(mmcDisk('mmcblk0', 'SD', { mmcblk0p1: 'vfat' }))
      .mount('/', 'mmcblk1p1');
  },
  'two readers of the same model, one without a card': () =>
    new PretendedMachine()
      .disk(sataDisk('a', { sda1: 'ext4' }))
      .mount('/', 'sda1')
      .disk(card)
      .disk(usbReader({ letter: 'c', port: '1-3', gigabytes: 31.9, serial: '000000001207' }))
      .disk(usbReader({ letter: 'd', port: '1-4' })),
  'loop devices, memory disks, CD-ROM': () => {
    const machine = new PretendedMachine()
      .disk({
        name: 'vda',
        number: '254:0',
        gigabytes: 20,
        place: 'pci0000:00/0000:00:02.0/virtio1',
        own: { serial: 'disk0\n' },
      })
      .mount('/', 'vda')
      .disk({ name: 'loop0', number: '7:0', gigabytes: 0, place: 'virtual' })
      .disk({
        name: 'loop1',
        number: '7:1',
        gigabytes: 1,
        place: 'virtual',
        own: { 'loop/backing_file': '/home/me/card.img\n' },
      })
      .disk({
        name: 'loop2',
        number: '7:2',
        gigabytes: 31.9,
        place: 'virtual',
        own: { 'loop/backing_file': '/dev/sdb\n' },
      })
      .disk(card)
      .disk({ name: 'zram0', number: '252:0', gigabytes: 4, place: 'virtual' })
      .disk({ name: 'sr0', number: '11:0', gigabytes: 0.7, place: 'pci0000:00/ata9/host9', removable: true });
    return machine.swap('/dev/zram0', '/swapfile');
  },
  'card of a desktop that mounts what is put in': () =>
    new PretendedMachine()
      .disk(sataDisk('a', { sda1: 'ext4' }))
      .mount('/', 'sda1')
      .disk(card)
      .mount('/media/me/My\\040card', 'sdb1', 'vfat'),
};

function btrfsOver(...members: readonly string[]): PretendedMachine {
  const machine = new PretendedMachine();
  for (const name of members) machine.write(`sys/fs/btrfs/5f4e/devices/${name}`, '');
  return machine;
}

import { hardwareOf } from './hardware.ts';
import { KernelFiles } from './kernel-files.ts';
import type { BlockDevice, Disk, Machine, Mount } from './machine.ts';
import { readMounts, readSwaps } from './mount-table.ts';
import { udevProperties } from './udev-properties.ts';

/** sysfs counts in sectors of 512 bytes, whatever the disk's own are. */
const sysfsSector = 512;

/**
 * Disks that are never a card: memory, CD-ROMs, floppies, network disks, what is made of other disks, and the parts of an eMMC that only boot loaders
 * and its own controller use. Who names one is told so.
 */
const notListed = /^(ram|zram|sr|fd|nbd|dm-|md|bcache|drbd|rbd|zd)\d|^mmcblk\d+(boot|gp)\d/;

/**
 * Reads what the kernel says of all disks and of what uses them. What this user may not see (other users' mount namespaces) is not in it.
 * @param root folder in which `sys`, `proc` and `run` lie: `/`
 */
export async function readMachine(root: string): Promise<Machine> {
  const files = new KernelFiles(root);
  const devices = new Map<string, BlockDevice>();
  const disks: Disk[] = [];
  for (const folder of await files.names('sys/block')) {
    const whole = await readDevice(files, `sys/block/${folder}`, folder, null);
    if (whole === null) continue;
    devices.set(whole.name, whole);
    for (const part of await files.names(`sys/block/${folder}`)) {
      const path = `sys/block/${folder}/${part}`;
      if (!part.startsWith(folder) || !(await files.exists(`${path}/partition`))) continue;
      const partition = await readDevice(files, path, part, whole.name);
      if (partition !== null) devices.set(partition.name, partition);
    }
    const place = await files.whereIs(`sys/block/${folder}`);
    const unused = whole.name.startsWith('loop') && whole.backingFile === null;
    if (place === null || unused || notListed.test(whole.name)) continue;
    disks.push(await readDisk(files, whole, folder, place));
  }
  return {
    devices,
    disks,
    mounts: await allMounts(files),
    swaps: readSwaps((await files.text('proc/swaps')) ?? ''),
    btrfs: await btrfsMembers(files),
    zfs: await files.exists('proc/spl/kstat/zfs'),
  };
}

async function readDevice(
  files: KernelFiles,
  path: string,
  folder: string,
  partitionOf: string | null,
): Promise<BlockDevice | null> {
  const number = await files.attribute(`${path}/dev`);
  if (number === null) return null;
  return {
    name: fromSysfs(folder),
    number,
    size: Number((await files.attribute(`${path}/size`)) ?? 0) * sysfsSector,
    partitionOf,
    holders: (await files.names(`${path}/holders`)).map(fromSysfs),
    slaves: (await files.names(`${path}/slaves`)).map(fromSysfs),
    mapperName: await files.attribute(`${path}/dm/name`),
    backingFile: await files.attribute(`${path}/loop/backing_file`),
    inBcache: await files.exists(`${path}/bcache`),
    content: (await udevProperties(files, number)).get('ID_FS_TYPE') ?? null,
    readOnly: (await files.attribute(`${path}/ro`)) === '1',
  };
}

async function readDisk(
  files: KernelFiles,
  device: BlockDevice,
  folder: string,
  place: string,
): Promise<Disk> {
  const { name, number, size, readOnly } = device;
  const hardware = await hardwareOf(files, { name: folder, number, backingFile: device.backingFile }, place);
  const sequence = await files.attribute(`sys/block/${folder}/diskseq`);
  return { path: `/dev/${name}`, name, number, size, readOnly, sequence, ...hardware };
}

/** `cciss!c0d0` is `/dev/cciss/c0d0`. */
function fromSysfs(name: string): string {
  return name.replaceAll('!', '/');
}

/** Mounts of this process, then those of every other mount namespace that can be seen, each read once. */
async function allMounts(files: KernelFiles): Promise<Mount[]> {
  const mounts = readMounts((await files.text('proc/self/mountinfo')) ?? '', true);
  const seen = new Set([await files.link('proc/self/ns/mnt')]);
  for (const process of (await files.names('proc')).filter((name) => /^\d+$/.test(name))) {
    const namespace = await files.link(`proc/${process}/ns/mnt`);
    if (namespace === null || seen.has(namespace)) continue;
    const text = await files.text(`proc/${process}/mountinfo`);
    // A process that ended meanwhile; another one of its namespace may still be there.
    if (text === null) continue;
    seen.add(namespace);
    mounts.push(...readMounts(text, false));
  }
  return mounts;
}

/** `/sys/fs/btrfs/UUID/devices` is there for those in use (Linux: Documentation/ABI/testing/sysfs-fs-btrfs). */
async function btrfsMembers(files: KernelFiles): Promise<string[][]> {
  const systems: string[][] = [];
  for (const uuid of await files.names('sys/fs/btrfs')) {
    const members = await files.names(`sys/fs/btrfs/${uuid}/devices`);
    if (members.length > 0) systems.push(members.map(fromSysfs));
  }
  return systems;
}

import type { BlockDevice, Disk, Machine, Mount } from './machine.ts';

/** Something that uses a disk, so that it must not be written. */
export interface DiskUse {
  readonly kind: 'system' | 'mounted' | 'swap' | 'held';
  /** Where it is mounted, what it is swapped to as, or what it is part of. */
  readonly what: string;
  /** The devices from the disk to what is used: `nvme0n1p3`, `dm-0 (luks)`; empty if it is the disk itself. */
  readonly through: readonly string[];
}

/** Mount points without which a machine does not go on, or loses what its owner keeps (Filesystem Hierarchy Standard 3.0). */
const systemPoints =
  /^\/$|^\/(boot|efi|usr|var|etc|home|root|opt|srv|nix|gnu|sysroot|ostree|bin|sbin|lib|lib64)(\/|$)/;

/**
 * Everything that uses a disk: mounts in any visible namespace, swap, RAID, LVM, LUKS, multipath, bcache, loop devices, btrfs and ZFS, through
 * every layer. Of a loop device over another disk, also what uses that. Pure.
 */
export function usesOf(disk: Pick<Disk, 'name'>, machine: Machine): DiskUse[] {
  const uses = usesAbove(disk.name, machine);
  const below = diskBelow(disk.name, machine);
  if (below === null) return uses;
  const others = usesOf({ name: below }, machine).filter(
    ({ kind, what }) => kind !== 'held' || what !== disk.name,
  );
  return [...uses, ...others.map((use) => ({ ...use, through: [below, ...use.through] }))];
}

/** The whole disk that a loop device lies over, or null: writing the one writes the other. */
function diskBelow(name: string, machine: Machine): string | null {
  const { backingFile = null } = machine.devices.get(name) ?? {};
  const device = backingFile === null ? null : deviceNamed(backingFile, machine);
  // A loop device over itself cannot be; over its own partition neither.
  return device === null ? null : (machine.devices.get(device)?.partitionOf ?? device);
}

function usesAbove(disk: string, machine: Machine): DiskUse[] {
  const above = everythingAbove(disk, machine);
  const uses: DiskUse[] = [];
  const add = (kind: DiskUse['kind'], what: string, name: string): void => {
    if (uses.some((use) => use.kind === kind && use.what === what)) return;
    uses.push({ kind, what, through: above.get(name) ?? [] });
  };
  for (const mount of machine.mounts) {
    const name = devicesOf(mount, machine).find((one) => above.has(one));
    if (name === undefined) continue;
    const isSystem = mount.own && systemPoints.test(mount.point);
    add(
      isSystem ? 'system' : 'mounted',
      mount.own ? mount.point : `${mount.point} in another namespace`,
      name,
    );
  }
  for (const swap of machine.swaps) {
    const name = deviceNamed(swap, machine);
    if (name !== null && above.has(name)) add('swap', swap, name);
  }
  for (const name of above.keys()) {
    for (const holder of holdersOf(name, machine)) add('held', described(holder, machine), name);
    const device = machine.devices.get(name);
    if (device?.inBcache === true) add('held', 'a bcache', name);
    if (machine.btrfs.some((members) => members.includes(name))) add('held', 'a btrfs', name);
    if (machine.zfs && device?.content === 'zfs_member') add('held', 'a ZFS pool', name);
  }
  return uses;
}

/** The disk, its partitions, and all that is made of them, each with the way to it. */
function everythingAbove(disk: string, machine: Machine): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>([[disk, []]]);
  for (const [name, through] of found) {
    const partitions = [...machine.devices.values()].filter((device) => device.partitionOf === name);
    for (const next of [...partitions.map((device) => device.name), ...holdersOf(name, machine)]) {
      if (!found.has(next)) found.set(next, [...through, described(next, machine)]);
    }
  }
  return found;
}

/** Devices made of one: as it says itself, as they say, and loop devices over it. */
function holdersOf(name: string, machine: Machine): string[] {
  const named = machine.devices.get(name)?.holders ?? [];
  const saying = [...machine.devices.values()].filter(
    ({ slaves, backingFile }) =>
      slaves.includes(name) || (backingFile !== null && deviceNamed(backingFile, machine) === name),
  );
  return [...new Set([...named, ...saying.map((device) => device.name)])].sort();
}

/** Names of the devices below a mount. */
function devicesOf(mount: Mount, machine: Machine): string[] {
  const byNumber = [...machine.devices.values()].find((device) => device.number === mount.number)?.name;
  const byName = [mount.source, ...mount.more].map((path) => deviceNamed(path, machine));
  const names = [byNumber, ...byName].filter((name) => name !== undefined && name !== null);
  // A btrfs has a number of its own and names one of its devices.
  const members =
    mount.type === 'btrfs' ? machine.btrfs.filter((all) => all.some((one) => names.includes(one))) : [];
  return [...names, ...members.flat()];
}

/** `/dev/sda1`, `/dev/mapper/root` or `/dev/dm-0`: the kernel keeps the name that was used. */
function deviceNamed(path: string, machine: Machine): string | null {
  const name = path.replace(/ \(deleted\)$/, '').replace(/^\/dev\//, '');
  if (name === path) return null;
  if (machine.devices.has(name)) return name;
  const mapped = [...machine.devices.values()].find(
    ({ mapperName }) => mapperName !== null && name === `mapper/${mapperName}`,
  );
  return mapped?.name ?? null;
}

function described(name: string, machine: Machine): string {
  const device: BlockDevice | undefined = machine.devices.get(name);
  return device?.mapperName == null ? name : `${name} (${device.mapperName})`;
}

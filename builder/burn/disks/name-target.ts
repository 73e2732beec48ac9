import { basename, dirname, isAbsolute, normalize, resolve } from 'node:path';
import type { DiskSystem } from './disk-system.ts';
import type { Disk, Machine } from './machine.ts';

/** What was named with `--to`: a whole disk, a file of a dry run, or nothing that may be written, with the reason. */
export type NamedTarget =
  | { readonly kind: 'disk'; readonly named: string; readonly disk: Disk }
  | { readonly kind: 'file'; readonly named: string; readonly file: string; readonly exists: boolean }
  | { readonly kind: 'refused'; readonly named: string; readonly reason: string };

const byId = '/dev/disk/by-id';

/**
 * Finds what a person means. A disk counts as clearly named by its own path (`/dev/sdb`) or by one below `/dev/disk/by-id`; no partition, folder,
 * pattern, other link or label does. Everything else is a file of a dry run, whose name must end in `.img` and lie outside `/dev`.
 */
export async function nameTarget(named: string, machine: Machine, system: DiskSystem): Promise<NamedTarget> {
  const refused = (reason: string): NamedTarget => ({ kind: 'refused', named, reason });
  const path = resolve(named);
  if (!isBelow(path, '/dev')) return await nameFile(named, path, system);
  if (!isAbsolute(named) || normalize(named) !== named || named.endsWith('/')) {
    return refused('it is not clearly named: give the whole path of a disk, /dev/…');
  }
  const node = await system.node(path);
  if (node.kind === 'link') {
    if (dirname(path) !== byId)
      return refused(`it is a link: name the disk by its own path, or by one below ${byId}`);
    return await nameBlock(named, resolve(byId, node.target), machine, system);
  }
  return await nameBlock(named, path, machine, system);
}

async function nameBlock(
  named: string,
  path: string,
  machine: Machine,
  system: DiskSystem,
): Promise<NamedTarget> {
  const refused = (reason: string): NamedTarget => ({ kind: 'refused', named, reason });
  const node = await system.node(path);
  switch (node.kind) {
    case 'block':
      break;
    case 'missing':
      return refused(
        /[*?[\]{}]/.test(named) ? 'it is a pattern: name each disk by its own path' : 'there is no such disk',
      );
    case 'file':
      return refused('it is an ordinary file below /dev, where a wrong name once made one: remove it');
    case 'folder':
      return refused('it is a folder');
    case 'link':
      return refused('it is a link to a link');
    default:
      return refused('it is no disk');
  }
  const device = [...machine.devices.values()].find(({ number }) => number === node.number);
  if (device === undefined) return refused('the kernel knows no such disk');
  if (`/dev/${device.name}` !== path) return refused(`it is another name of /dev/${device.name}: use that`);
  if (device.partitionOf !== null) {
    return refused(`it is a partition of /dev/${device.partitionOf}, and a whole disk is written`);
  }
  const disk = machine.disks.find(({ name }) => name === device.name);
  if (disk !== undefined) return { kind: 'disk', named, disk };
  const below = device.slaves.length > 0 ? ` of ${device.slaves.join(', ')}` : '';
  return refused(`it is no card but made${below} by the kernel, or for boot loaders alone`);
}

async function nameFile(named: string, path: string, system: DiskSystem): Promise<NamedTarget> {
  const refused = (reason: string): NamedTarget => ({ kind: 'refused', named, reason });
  const node = await system.node(path);
  if (node.kind === 'folder') return refused('it is a folder');
  if (node.kind === 'link') return refused('it is a link: name the file itself');
  if (node.kind === 'block') return refused('it is a disk outside /dev: name it by its path there');
  if (node.kind !== 'file' && node.kind !== 'missing') return refused('it is neither a disk nor a file');
  if (!basename(path).endsWith('.img')) {
    return refused('it is no disk, and the name of a file for a dry run ends in .img');
  }
  if (node.kind === 'missing' && (await system.node(dirname(path))).kind !== 'folder') {
    return refused(`there is no folder ${dirname(path)}`);
  }
  return { kind: 'file', named, file: path, exists: node.kind === 'file' };
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

import { constants, type Stats } from 'node:fs';
import { lstat, open, readlink } from 'node:fs/promises';
import { deviceNumberOf } from '../device/device-number.ts';
import type { OpeningSystem } from '../device/open-card-device.ts';

/** What a path is, without following a link. */
export type PathNode =
  | { readonly kind: 'block'; readonly number: string }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'file' | 'folder' | 'character' | 'other' | 'missing' };

/** The machine as the burner asks it; tests hand in a pretended one. */
export interface DiskSystem extends OpeningSystem {
  node(path: string): Promise<PathNode>;
}

export const thisSystem: DiskSystem = { root: '/', open, node };

async function node(path: string): Promise<PathNode> {
  let stats: Stats;
  try {
    stats = await lstat(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' };
    throw error;
  }
  if (stats.isBlockDevice()) return { kind: 'block', number: deviceNumberOf(stats) };
  if (stats.isSymbolicLink()) return { kind: 'link', target: await readlink(path) };
  if (stats.isFile()) return { kind: 'file' };
  if (stats.isDirectory()) return { kind: 'folder' };
  return { kind: stats.isCharacterDevice() ? 'character' : 'other' };
}

/** Whether the kernel refuses to hand out a disk alone. Nothing is written. False if this user may not ask. */
export async function isBusy(path: string, system: Pick<DiskSystem, 'open'>): Promise<boolean> {
  try {
    const handle = await system.open(path, constants.O_RDONLY | constants.O_EXCL | constants.O_NONBLOCK, 0);
    await handle.close();
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EBUSY';
  }
}

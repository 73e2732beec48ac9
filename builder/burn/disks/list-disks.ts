import { type DiskSystem, isBusy, thisSystem } from './disk-system.ts';
import { type DiskRefusal, judgeDisk } from './judge-disk.ts';
import type { Disk } from './machine.ts';
import { readMachine } from './read-machine.ts';

/** A disk, with all that speaks against writing it. */
export interface ListedDisk {
  readonly disk: Disk;
  readonly refusals: readonly DiskRefusal[];
}

/**
 * All disks of this machine that a person may mean: first those that could be burnt, then those that would be refused and why; by name.
 * @param imageSize bytes that a card must have, if an image is chosen
 */
export async function listDisks(
  imageSize: number | null = null,
  system: DiskSystem = thisSystem,
): Promise<ListedDisk[]> {
  const machine = await readMachine(system.root);
  const demands = { imageSize, allowLarge: false, allowFixed: false };
  const listed = await Promise.all(
    machine.disks.map(async (disk) => {
      const busy = disk.size > 0 && (await isBusy(disk.path, system));
      return { disk, refusals: judgeDisk(disk, machine, demands, busy) };
    }),
  );
  return [...listed.filter(isCandidate), ...listed.filter((one) => !isCandidate(one))];
}

export function isCandidate({ refusals }: ListedDisk): boolean {
  return refusals.length === 0;
}

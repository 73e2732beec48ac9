import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { type OpenedCard, openCardDevice } from '../device/open-card-device.ts';
import type { BurnTarget } from './choose-targets.ts';
import { type DiskSystem, thisSystem } from './disk-system.ts';
import { beginDryRun } from './dry-run-file.ts';
import type { Disk } from './machine.ts';
import { readMachine } from './read-machine.ts';

/**
 * Opens a target to write it, right before that. A disk is claimed alone, and what it says of itself is compared with what it said when it was
 * chosen: between the question and the answer somebody may have put in another card, and the kernel given it the same name.
 * @param imageSize bytes: a dry run's file is made this long
 * @throws BoardsmithError DISK_REFUSED; nothing was written
 */
export async function claimTarget(
  target: BurnTarget,
  imageSize: number,
  system: DiskSystem = thisSystem,
): Promise<OpenedCard> {
  if (target.kind === 'file') {
    const card = await openCardDevice(target.file, { access: 'write', fileSize: imageSize }, system);
    try {
      await beginDryRun(target.file);
      return card;
    } catch (error) {
      await card.close();
      throw error;
    }
  }
  const card = await openCardDevice(target.disk.path, { access: 'write' }, system);
  try {
    const { disks } = await readMachine(system.root);
    requireSame(
      target.disk,
      disks.find(({ number }) => number === card.deviceNumber),
    );
    return card;
  } catch (error) {
    await card.close();
    throw error;
  }
}

const identity = ['path', 'number', 'serial', 'cardId', 'size', 'model', 'bus', 'sequence'] as const;

function requireSame(before: Disk, now: Disk | undefined): void {
  const changed = identity.filter((field) => now?.[field] !== before[field]);
  if (changed.length === 0) return;
  throw new BoardsmithError('DISK_REFUSED', `${before.path} is not the disk any more that was chosen`, {
    hint: 'look which card is where (boardsmith burn --list), and run the same command again',
    problems: changed.map(
      (field) => `${before.path}: its ${field} was ${before[field]} and is ${now?.[field] ?? 'gone'}`,
    ),
  });
}

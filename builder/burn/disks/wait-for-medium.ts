import type { DiskSystem } from './disk-system.ts';
import type { Disk } from './machine.ts';
import { readMachine } from './read-machine.ts';

/**
 * Between two looks at what the kernel says of a reader. Its announcements (uevents) come over netlink, which Node cannot listen to, and sysfs tells
 * nobody when a file of it changes; the kernel itself asks readers every 2 s (block/disk-events.c, events_dfl_poll_msecs).
 */
const lookEvery = 500;

/**
 * Waits until another card is in a reader, or the same one was taken out and put in again.
 * @param before what was in it
 * @param pause waits between two looks; tests hand in their own
 * @throws the signal's reason
 */
export async function waitForMedium(
  before: Pick<Disk, 'path' | 'sequence'>,
  system: Pick<DiskSystem, 'root'>,
  signal: AbortSignal,
  pause: (signal: AbortSignal) => Promise<void> = pauseFor,
): Promise<void> {
  let wasAway = false;
  for (;;) {
    signal.throwIfAborted();
    const { disks } = await readMachine(system.root);
    const now = disks.find(({ path }) => path === before.path);
    if (now === undefined || now.size === 0) wasAway = true;
    // A card may be changed between two looks: the sequence then grew.
    else if (wasAway || now.sequence !== before.sequence) return;
    await pause(signal);
  }
}

async function pauseFor(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', over);
      resolve();
    };
    const timer = setTimeout(over, lookEvery);
    signal.addEventListener('abort', over, { once: true });
    if (signal.aborted) over();
  });
}

import { readFileSync, statSync } from 'node:fs';

/** How long what a process of another machine (or of another container) left is kept, in milliseconds: no step runs for a week. */
const foreignPatience = 7 * 24 * 3600 * 1000;

/**
 * Who made a file or folder, to be put into its name: `<boot>.<pid namespace>.<pid>`. The first PID namespace has the same number on
 * every machine, so a cache that several machines share needs the boot too.
 */
export function processMark(): string {
  return `${home()}.${process.pid}`;
}

/**
 * Whether the process that a mark names is gone. Of a process elsewhere that can only be guessed, by the age of what it made.
 * @param mark as `processMark` gives it; anything else counts as from elsewhere
 * @param modified time of the last change of what carries the mark, in milliseconds since 1970
 */
export function isAbandoned(mark: string, modified: number): boolean {
  const at = mark.lastIndexOf('.');
  const pid = Number(mark.slice(at + 1));
  if (mark.slice(0, at) !== home() || !Number.isInteger(pid) || pid < 1) {
    return Date.now() - modified > foreignPatience;
  }
  return !isAlive(pid);
}

function home(): string {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').replaceAll('-', '').slice(0, 16);
  return `${boot}.${statSync('/proc/self/ns/pid').ino}`;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is somebody else's. /proc may hide those (hidepid), so it is not asked.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
  try {
    // State Z is a process that ended and was not yet waited for.
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

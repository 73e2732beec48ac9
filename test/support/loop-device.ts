import { execFileSync } from 'node:child_process';
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

const attached = new Set<string>();
process.once('exit', () => {
  for (const device of attached) detachLoop(device);
});

/** Makes a block device of a file. @param options of losetup: `--read-only`, `--partscan` @returns `/dev/loop3` */
export function attachLoop(file: string, ...options: readonly string[]): string {
  const device = execFileSync('losetup', ['--find', '--show', ...options, file])
    .toString()
    .trim();
  attached.add(device);
  return device;
}

export function detachLoop(device: string): void {
  attached.delete(device);
  execFileSync('losetup', ['--detach', device], { stdio: 'ignore' });
}

/** Why this machine has no loop devices for this user, or null. */
export function cannotLoop(): string | null {
  const file = join(temporaryFolder('loop'), 'try');
  writeFileSync(file, '');
  truncateSync(file, 1 << 20);
  try {
    detachLoop(attachLoop(file));
    return null;
  } catch {
    return 'this machine hands out no loop devices to this user';
  } finally {
    rmSync(file);
  }
}

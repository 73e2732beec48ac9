import { BoardsmithError } from '../../error/boardsmith-error.ts';
import type { BurnTarget } from './choose-targets.ts';

/** What the command line says instead of an answer to "write over these disks?". */
export interface BeforehandAnswer {
  /** `--yes`. */
  readonly yes: boolean;
  /** `--to`, in order. */
  readonly named: readonly string[];
  /** `--serial`, in order: one for each disk. */
  readonly serials: readonly string[];
}

/**
 * Whether nobody need be asked. `--yes` counts only together with each disk by its own path (`/dev/sdb`, or by-id) and that disk's serial, in the same order: a command that
 * is run again by accident then meets another disk's serial. Files of a dry run need none. Pure.
 * @param targets what `named` was found to be, in the same order
 * @returns false: a person must be asked
 * @throws BoardsmithError USAGE for serials without `--yes` or too many of them, DISK_REFUSED for one that is missing or is not the disk's
 */
export function answeredBeforehand(
  { yes, named, serials }: BeforehandAnswer,
  targets: readonly BurnTarget[],
): boolean {
  const disks = targets.flatMap((target, index) =>
    target.kind === 'disk' ? [{ disk: target.disk, named: named[index]! }] : [],
  );
  if (disks.length === 0 && serials.length === 0) return true;
  if (!yes && serials.length === 0) return false;
  const usage = (message: string): BoardsmithError =>
    new BoardsmithError('USAGE', message, { hint: 'boardsmith burn … --to /dev/sdX --serial S --yes' });
  if (!yes) throw usage('--serial means nothing without --yes');
  if (serials.length > disks.length) throw usage(`${serials.length} serials for ${disks.length} disks`);
  const problems = disks.flatMap(({ disk, named: name }, index) => {
    const serial = serials[index];
    if (disk.serial === null)
      return [`${name}: it has no serial, so --yes cannot name it: answer the question`];
    if (serial === undefined) return [`${name}: --yes counts only with its serial`];
    return serial === disk.serial ? [] : [`${name}: its serial is not ${serial}`];
  });
  if (problems.length === 0) return true;
  throw new BoardsmithError('DISK_REFUSED', problems[0]!, {
    hint: 'boardsmith burn --list shows serials; without --yes you are asked',
    problems,
  });
}

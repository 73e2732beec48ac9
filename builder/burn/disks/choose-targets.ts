import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { type DiskSystem, isBusy, thisSystem } from './disk-system.ts';
import { type DryRunFile, judgeDryRunFile } from './dry-run-file.ts';
import { type DiskDemands, judgeDisk } from './judge-disk.ts';
import type { Disk } from './machine.ts';
import { type NamedTarget, nameTarget } from './name-target.ts';
import { readMachine } from './read-machine.ts';

/** Where one card is written. */
export type BurnTarget =
  | { readonly kind: 'disk'; readonly disk: Disk }
  | ({ readonly kind: 'file' } & DryRunFile);

export interface TargetDemands extends DiskDemands {
  readonly imageSize: number;
  /** The word for a file that is there and is of no earlier dry run. */
  readonly overwrite: boolean;
}

/**
 * Finds and judges everything that was named with `--to`. Nothing is written or made.
 * @throws BoardsmithError DISK_REFUSED with all that speaks against each of them, a line each
 */
export async function chooseTargets(
  named: readonly string[],
  demands: TargetDemands,
  system: DiskSystem = thisSystem,
): Promise<BurnTarget[]> {
  const machine = await readMachine(system.root);
  const problems: string[] = [];
  const words = new Set<string>();
  const targets: BurnTarget[] = [];
  const taken = new Map<string, string>();
  const refuse = (name: string, reason: string, word: string | null = null): void => {
    problems.push(`${name}: ${reason}`);
    if (word !== null) words.add(word);
  };
  const judge = async (target: NamedTarget): Promise<void> => {
    if (target.kind === 'refused') return refuse(target.named, target.reason);
    const place = target.kind === 'disk' ? target.disk.path : target.file;
    const before = taken.get(place);
    if (before !== undefined) return refuse(target.named, `it was named before, as ${before}`);
    taken.set(place, target.named);
    if (target.kind === 'file') {
      const file = await judgeDryRunFile(target.file, demands.overwrite);
      if (file.refusal !== null) refuse(target.named, file.refusal, '--overwrite');
      targets.push({ kind: 'file', file: target.file, exists: target.exists });
      return;
    }
    const { disk } = target;
    const busy = disk.size > 0 && (await isBusy(disk.path, system));
    const refusals = judgeDisk(disk, machine, demands, busy);
    for (const { reason, liftedBy } of refusals) refuse(target.named, reason, liftedBy);
    targets.push({ kind: 'disk', disk });
  };
  for (const name of named) await judge(await nameTarget(name, machine, system));
  if (problems.length === 0) return targets;
  const lifted = words.size === 0 ? '' : `; if it is meant so: ${[...words].sort().join(' ')}`;
  throw new BoardsmithError(
    'DISK_REFUSED',
    problems.length === 1 ? problems[0]! : `${problems[0]} (and ${problems.length - 1} more)`,
    { hint: `boardsmith burn --list shows what can be written${lifted}`, problems },
  );
}

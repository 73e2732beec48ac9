import { basename } from 'node:path';
import type { CardWork } from '../../burn/burn-cards.ts';
import type { BurnableRelease } from '../../burn/burnable-release.ts';
import type { BurnTarget } from '../../burn/disks/choose-targets.ts';
import { formatGigabytes } from '../../burn/disks/format-gigabytes.ts';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { formatTable } from '../format.ts';
import type { Terminal } from '../terminal.ts';

/** What is to be written where, for a person to agree to. */
export function burnSummary(
  { manifest, signers }: BurnableRelease,
  works: readonly CardWork[],
  targets: readonly BurnTarget[],
): string[] {
  const { name, number, version } = manifest;
  const count =
    works.length > targets.length ? ` and ${works.length - targets.length} more, a card at a time` : '';
  const rows = targets.map((target, index) => {
    const work = works[index];
    const content = work === undefined ? 'nothing' : `${work.unit?.serial ?? 'no unit'} ${work.image.name}`;
    if (target.kind === 'file') return [target.file, 'file', '', '', content];
    const { path, size, bus, model, serial } = target.disk;
    return [path, formatGigabytes(size), bus, `${model ?? '-'} ${serial ?? '-'}`, content];
  });
  return [
    `release ${name} ${number} (${version}), signed by ${signers.join(', ')}`,
    ...formatTable(rows).map((line) => `  ${line}`),
    ...(count === '' ? [] : [count.trim()]),
  ];
}

/**
 * Asks a person to type the names of the disks that are written over.
 * @throws BoardsmithError DISK_REFUSED if something else is typed, or nobody can be asked
 */
export async function confirmBurn(terminal: Terminal, targets: readonly BurnTarget[]): Promise<void> {
  const names = targets.flatMap((target) => (target.kind === 'disk' ? [basename(target.disk.path)] : []));
  if (!terminal.canAsk) {
    throw new BoardsmithError('DISK_REFUSED', 'nobody can be asked whether these disks may be written over', {
      hint: 'boardsmith burn … --to /dev/sdX --serial S --yes, with the serial that boardsmith burn --list shows',
    });
  }
  const what = names.length === 1 ? 'name of the disk' : 'names of the disks';
  const answer = await terminal.ask(
    `All that is on it is lost. Type the ${what} to go on (${names.join(' ')}): `,
  );
  const typed = (answer ?? '')
    .trim()
    .split(/[\s,]+/)
    .map((word) => basename(word));
  if (typed.length === names.length && names.every((name, index) => name === typed[index])) return;
  throw new BoardsmithError('DISK_REFUSED', 'that is not what was asked for: nothing was written', {
    hint: 'boardsmith burn --list shows the disks',
  });
}

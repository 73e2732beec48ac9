import { BoardsmithError } from '../../error/boardsmith-error.ts';
import type { PreviousRelease } from '../changes/previous-release.ts';

/** What was asked for. */
export interface AskedNumber {
  readonly number?: number;
  readonly first?: true;
}

/**
 * The number of a release: the one asked for, else the next after the one that it is compared with, else 1 if it was said to be the first. It is
 * never 1 because nothing was said: burners and ledgers would take the newest release for the oldest.
 * @throws BoardsmithError USAGE if nothing says which number, if the other release is of another name, or if its number is not smaller
 */
export function releaseNumber(
  name: string,
  { number: asked, first }: AskedNumber,
  previous: Pick<PreviousRelease, 'manifest'> | null,
): number {
  if (previous === null) {
    if (asked !== undefined) return asked;
    if (first) return 1;
    throw new BoardsmithError('USAGE', `nothing says which release of ${name} this is`, {
      hint: '--since DIR, an earlier release, counts on from its number; --first makes it number 1; --number N says another',
    });
  }
  const { manifest } = previous;
  if (first) {
    throw new BoardsmithError(
      'USAGE',
      `--first and --since contradict each other: ${manifest.name} has a release ${manifest.number}`,
      {
        hint: 'leave --first out',
      },
    );
  }
  if (manifest.name !== name) {
    throw new BoardsmithError('USAGE', `the other release is of ${manifest.name}, and this one of ${name}`, {
      hint: 'name a folder with an earlier release of the same name: --since DIR',
    });
  }
  const number = asked ?? manifest.number + 1;
  if (number > manifest.number) return number;
  throw new BoardsmithError(
    'USAGE',
    `release ${number} would not be newer than release ${manifest.number}, with which it is compared`,
    { hint: `leave --number out, or give at least ${manifest.number + 1}` },
  );
}

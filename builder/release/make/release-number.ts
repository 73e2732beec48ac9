import { BoardsmithError } from '../../error/boardsmith-error.ts';
import type { PreviousRelease } from '../changes/previous-release.ts';

/**
 * The number of a release: the one asked for, else the next after the one that it is compared with, else 1.
 * @throws BoardsmithError USAGE if that is of another name, or its number is not smaller: a burner would take the new release for an old one
 */
export function releaseNumber(
  name: string,
  asked: number | null,
  previous: Pick<PreviousRelease, 'manifest'> | null,
): number {
  if (previous === null) return asked ?? 1;
  const { manifest } = previous;
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

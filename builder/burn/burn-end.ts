import { BoardsmithError } from '../error/boardsmith-error.ts';
import type { ErrorCode } from '../error/error-codes.ts';
import { type CardFailure, isCardsFault } from './card-failure.ts';

/** How one card ended. */
export interface CardEnd {
  readonly card: string;
  readonly unit: string | null;
  readonly result: 'verified' | 'not-verified' | 'failed';
  readonly failure: CardFailure | null;
}

/**
 * What the process ends with when cards ended differently: the first of these that is so. Stopped by Ctrl-C (130); a card was bad, was pulled out and did not come
 * back, or was smaller than it says (15); a disk was refused (14); the file of a dry run could not be written (11); else all is well. A unit that failed
 * on one card and was burnt on another is well.
 * @returns the error, or null
 */
export function burnError(ends: readonly CardEnd[], stopped: boolean): BoardsmithError | null {
  const open = unresolved(ends);
  const problems = open.map(({ card, unit, failure }) => {
    return `${card}${unit === null ? '' : ` (unit ${unit})`}: ${failure!.what}`;
  });
  if (stopped && open.length === 0) {
    return new BoardsmithError('INTERRUPTED', 'stopped; the cards that were begun are whole', {
      hint: 'run the same command again for what is left',
    });
  }
  if (stopped) {
    return new BoardsmithError(
      'INTERRUPTED',
      'stopped; a card that was begun is marked unfinished and does not start',
      {
        hint: 'run the same command again to finish it',
        problems,
      },
    );
  }
  const kinds: readonly (readonly [ErrorCode, (failure: CardFailure) => boolean, string, string])[] = [
    [
      'CARD_BAD',
      isCardsFault,
      'bad',
      'throw a bad card away; plug in again what was pulled out; run the same command again',
    ],
    [
      'DISK_REFUSED',
      ({ fault }) => fault === 'refused',
      'refused',
      'boardsmith burn --list shows what can be written',
    ],
    ['FILE_UNUSABLE', ({ fault }) => fault === 'host', 'not written', 'make room, or name another file'],
  ];
  for (const [code, is, word, hint] of kinds) {
    const count = open.filter(({ failure }) => is(failure!)).length;
    if (count === 0) continue;
    const message = count === 1 ? `a card is ${word}` : `${count} cards are ${word}`;
    return new BoardsmithError(code, message, { hint, problems });
  }
  return null;
}

/** Failures after which the unit was not burnt on another card. */
export function unresolved(ends: readonly CardEnd[]): CardEnd[] {
  return ends.filter((end, index) => {
    if (end.failure === null) return false;
    const later = ends.slice(index + 1).find((other) => isSameWork(end, other));
    return later === undefined;
  });
}

function isSameWork(one: CardEnd, other: CardEnd): boolean {
  return one.unit === null ? other.card === one.card : other.unit === one.unit;
}

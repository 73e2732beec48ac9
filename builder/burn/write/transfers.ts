import type { CardPiece } from './card-plan.ts';
import type { Stretch } from './stretch.ts';

/** 4 MiB: the erase block of most cards, or a multiple of it. */
export const longestTransfer = 4 << 20;

/** One write or read: neighbouring pieces, or a part of one. */
export interface Transfer extends Stretch {
  readonly parts: readonly CardPiece[];
}

/** Pieces in the order given, as few large transfers: what touches goes together, what is too long is cut at multiples of the longest. */
export function transfersOf(pieces: readonly CardPiece[]): Transfer[] {
  const transfers: { offset: number; length: number; parts: CardPiece[] }[] = [];
  for (const piece of pieces) {
    const end = piece.offset + piece.length;
    for (let offset = piece.offset; offset < end; ) {
      const last = transfers.at(-1);
      const next = Math.min(end, (Math.floor(offset / longestTransfer) + 1) * longestTransfer);
      const part = { offset, length: next - offset, content: piece.content };
      const touches =
        last !== undefined && last.offset + last.length === offset && offset % longestTransfer !== 0;
      if (touches) {
        last.parts.push(part);
        last.length += part.length;
      } else transfers.push({ offset, length: part.length, parts: [part] });
      offset = next;
    }
  }
  return transfers;
}

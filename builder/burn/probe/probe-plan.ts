import { transferBlock } from '../device/card-device.ts';

/** Where a probe writes, in the order in which it does. Bytes; each is a block of 4096. */
export interface ProbePlan {
  /** Close together, from the beginning on; written first, so that what wraps around falls on them. */
  readonly near: readonly number[];
  /** Spread over the whole card, the farthest first. */
  readonly far: readonly number[];
  /** Stretches between the near ones, written last: they drive out what the card's own memory holds. */
  readonly filler: readonly { readonly offset: number; readonly length: number }[];
}

const mebibyte = 1 << 20;
/** More than the memory that a controller of a card or of a reader is likely to have; a liar with more would pass as honest. */
const fillerSize = 16 * mebibyte;
/** Some liars keep a beginning in place, where the tables of file systems lie, and wrap the rest. */
const keptHead = 16 * mebibyte;

/**
 * Chooses offsets so that any card whose addresses wrap around after R bytes shows it, for every R that is a multiple of a MiB (erase blocks, and so
 * what flash really holds, are): let S be the step between the far ones. The first far one at or after R lands less than S after the beginning, at a
 * multiple of a MiB, and there lies a near one. Near and far are about as many, the square root of the card's MiB each.
 * Powers of two and the very end are among the far ones. Pure.
 * @param size bytes that the card claims
 */
export function planProbe(size: number): ProbePlan {
  const blocks = Math.floor(size / transferBlock);
  const last = (blocks - 1) * transferBlock;
  const step = Math.max(1, Math.ceil(Math.sqrt(size / mebibyte))) * mebibyte;
  const near = new Set<number>();
  for (let offset = 0; offset < Math.min(step + keptHead, size); offset += mebibyte) near.add(offset);
  // The last whole MiB too: after the last step there may be room for a size between.
  const far = new Set<number>([last, Math.floor(last / mebibyte) * mebibyte]);
  for (let offset = step; offset < size; offset += step) far.add(offset);
  for (let offset = transferBlock; offset < size; offset *= 2) far.add(offset);
  const fits = (offset: number): boolean => offset <= last;
  return {
    near: [...near].filter(fits),
    far: [...far].filter((offset) => fits(offset) && !near.has(offset)).sort((a, b) => b - a),
    filler: fillerBetween([...near, ...far].filter(fits), last + transferBlock),
  };
}

/** Stretches from the beginning on that hold none of some blocks, of 16 MiB in all, or as much as there is. */
function fillerBetween(taken: readonly number[], end: number): ProbePlan['filler'] {
  const filler: { offset: number; length: number }[] = [];
  let room = fillerSize;
  let offset = 0;
  for (const block of [...taken.toSorted((a, b) => a - b), end]) {
    while (offset < block && room > 0) {
      const length = Math.min(block - offset, room, mebibyte);
      filler.push({ offset, length });
      offset += length;
      room -= length;
    }
    offset = block + transferBlock;
  }
  return filler;
}

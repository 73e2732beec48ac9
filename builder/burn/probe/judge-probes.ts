import type { ReadProbe } from './probe-block.ts';

/** What a probe found. */
export type CapacityVerdict =
  | { readonly kind: 'honest' }
  /**
   * It has fewer bytes than it claims. `realSize`: those that it keeps, as far as was found; `firstLie`: the first offset whose block was not kept for itself.
   */
  | {
      readonly kind: 'counterfeit';
      readonly how: 'wraps' | 'drops';
      readonly realSize: number;
      readonly firstLie: number;
    }
  /** It does not give back what was written at this offset, but does so beyond: worn out, not too small. */
  | { readonly kind: 'damaged'; readonly offset: number };

/**
 * Judges what was read back. Two offsets that are one place differ by the size after which addresses wrap around, or a multiple; the least such
 * difference is it, since what was written farthest was written first (see `planProbe`). Pure.
 * @param read by offset
 */
export function judgeProbes(read: ReadonlyMap<number, ReadProbe>): CapacityVerdict {
  const offsets = [...read.keys()].sort((a, b) => a - b);
  const aliases = offsets.flatMap((offset) => {
    const probe = read.get(offset)!;
    return probe.kind === 'other' ? [{ offset, written: probe.written }] : [];
  });
  if (aliases.length > 0) {
    return {
      kind: 'counterfeit',
      how: 'wraps',
      realSize: Math.min(...aliases.map(({ offset, written }) => Math.abs(written - offset))),
      firstLie: Math.min(...aliases.map(({ offset, written }) => Math.max(written, offset))),
    };
  }
  const firstLost = offsets.find((offset) => read.get(offset)!.kind === 'lost');
  if (firstLost === undefined) return { kind: 'honest' };
  const keptBeyond = offsets.some((offset) => offset > firstLost && read.get(offset)!.kind === 'own');
  if (keptBeyond || firstLost === 0) return { kind: 'damaged', offset: firstLost };
  return { kind: 'counterfeit', how: 'drops', realSize: firstLost, firstLie: firstLost };
}

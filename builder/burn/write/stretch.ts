/** Bytes of a disk, from an offset on. */
export interface Stretch {
  readonly offset: number;
  readonly length: number;
}

/** What of `stretches` lies from `start` up to, but not including, `end`. */
export function clip(stretches: readonly Stretch[], start: number, end: number): Stretch[] {
  return stretches.flatMap(({ offset, length }) => {
    const from = Math.max(offset, start);
    const to = Math.min(offset + length, end);
    return to > from ? [{ offset: from, length: to - from }] : [];
  });
}

/** What of `stretches` is in none of `others`; ascending, disjoint. */
export function without(stretches: readonly Stretch[], others: readonly Stretch[]): Stretch[] {
  const taken = joined(others);
  return joined(stretches).flatMap(({ offset, length }) => {
    const left: Stretch[] = [];
    let from = offset;
    for (const hole of clip(taken, offset, offset + length)) {
      if (hole.offset > from) left.push({ offset: from, length: hole.offset - from });
      from = hole.offset + hole.length;
    }
    if (from < offset + length) left.push({ offset: from, length: offset + length - from });
    return left;
  });
}

/** The same bytes, ascending, as few stretches as that takes. */
export function joined(stretches: readonly Stretch[]): Stretch[] {
  const all: { offset: number; length: number }[] = [];
  for (const { offset, length } of [...stretches].sort((a, b) => a.offset - b.offset)) {
    const last = all.at(-1);
    if (last !== undefined && offset <= last.offset + last.length) {
      last.length = Math.max(last.length, offset + length - last.offset);
    } else if (length > 0) all.push({ offset, length });
  }
  return all;
}

/** The blocks that hold any byte of it. @param block bytes of one */
export function wholeBlocks({ offset, length }: Stretch, block: number): Stretch {
  const start = Math.floor(offset / block) * block;
  return { offset: start, length: Math.ceil((offset + length) / block) * block - start };
}

/** Bytes in all; of disjoint ones. */
export function totalLength(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { length }) => sum + length, 0);
}

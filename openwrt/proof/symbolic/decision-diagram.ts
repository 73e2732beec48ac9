/** A set, as the number of its root in a diagram. Equal sets of one diagram have equal numbers. */
export type SetId = number;

export const nothing: SetId = 0;
export const everything: SetId = 1;

type Operation = 'and' | 'or' | 'minus';

/** Above this number of nodes a key of two would not fit a number exactly. */
const nodeLimit = 2 ** 26;

/**
 * Multi-valued decision diagrams, ordered and reduced: a set of vectors whose component of level `l` is one of `0 … widths[l]-1`.
 * A node's outgoing edges are runs of values; equal nodes are one node, so that equality of sets is equality of numbers.
 * Exact: no approximation, no sampling. (Bryant 1986 for the reduced form, Srinivasan et al. 1990 for many values.)
 */
export class DecisionDiagram {
  readonly #widths: readonly number[];
  readonly #levels: number[];
  /** For each node the last value of each run, ascending; the last is the width less one. */
  readonly #ends: number[][] = [[], []];
  readonly #targets: SetId[][] = [[], []];
  readonly #buckets = new Map<number, SetId[]>();
  readonly #results: Readonly<Record<Operation, Map<number, SetId>>> = {
    and: new Map(),
    or: new Map(),
    minus: new Map(),
  };

  constructor(widths: readonly number[]) {
    this.#widths = widths;
    this.#levels = [widths.length, widths.length];
  }

  get size(): number {
    return this.#levels.length;
  }

  and(a: SetId, b: SetId): SetId {
    if (a === nothing || b === nothing) return nothing;
    if (a === everything || a === b) return b;
    if (b === everything) return a;
    return a < b ? this.#apply('and', a, b) : this.#apply('and', b, a);
  }

  or(a: SetId, b: SetId): SetId {
    if (a === everything || b === everything) return everything;
    if (a === nothing || a === b) return b;
    if (b === nothing) return a;
    return a < b ? this.#apply('or', a, b) : this.#apply('or', b, a);
  }

  minus(a: SetId, b: SetId): SetId {
    if (a === nothing || b === everything || a === b) return nothing;
    if (b === nothing) return a;
    return this.#apply('minus', a, b);
  }

  /** The union of many: in halves, so that the work does not grow with the square of their number. */
  union(sets: readonly SetId[]): SetId {
    if (sets.length === 0) return nothing;
    if (sets.length === 1) return sets[0]!;
    const half = sets.length >> 1;
    return this.or(this.union(sets.slice(0, half)), this.union(sets.slice(half)));
  }

  /** The vectors whose component of `level` lies in one of the runs (first, last: sorted, apart), and whose later components are in `below`. */
  inRuns(level: number, runs: readonly (readonly [number, number])[], below: SetId): SetId {
    const ends: number[] = [];
    const targets: SetId[] = [];
    let next = 0;
    for (const [first, last] of runs) {
      if (first > next) {
        ends.push(first - 1);
        targets.push(nothing);
      }
      ends.push(last);
      targets.push(below);
      next = last + 1;
    }
    if (next < this.#widths[level]!) {
      ends.push(this.#widths[level]! - 1);
      targets.push(nothing);
    }
    return this.#node(level, ends, targets);
  }

  /** The vectors that are in the set if their component of `level` is changed to some value. */
  forget(set: SetId, level: number): SetId {
    const results = new Map<SetId, SetId>();
    const visit = (node: SetId): SetId => {
      const own = this.#levels[node]!;
      if (own > level) return node;
      const known = results.get(node);
      if (known !== undefined) return known;
      const result =
        own === level
          ? this.union(this.#targets[node]!)
          : this.#node(own, this.#ends[node]!, this.#targets[node]!.map(visit));
      results.set(node, result);
      return result;
    };
    return visit(set);
  }

  /** Whether the set holds the vector whose component of a level `valueAt` says. */
  has(set: SetId, valueAt: (level: number) => number): boolean {
    let node = set;
    while (node !== everything && node !== nothing) {
      const value = valueAt(this.#levels[node]!);
      node = this.#targets[node]![this.#ends[node]!.findIndex((last) => value <= last)]!;
    }
    return node === everything;
  }

  /** A vector of the set: at each level that matters, the value that `prefer` picks among runs of values. Levels that do not matter are left out. null for the empty set. */
  pick(
    set: SetId,
    prefer: (level: number, runs: readonly (readonly [number, number])[]) => number,
  ): Map<number, number> | null {
    if (set === nothing) return null;
    const vector = new Map<number, number>();
    for (let node = set; node !== everything; ) {
      const level = this.#levels[node]!;
      const runs: [number, number][] = [];
      let first = 0;
      for (const [index, last] of this.#ends[node]!.entries()) {
        if (this.#targets[node]![index] !== nothing) runs.push([first, last]);
        first = last + 1;
      }
      const value = prefer(level, runs);
      vector.set(level, value);
      node = this.#targets[node]![this.#ends[node]!.findIndex((last) => value <= last)]!;
    }
    return vector;
  }

  #apply(operation: Operation, a: SetId, b: SetId): SetId {
    const results = this.#results[operation];
    const key = a * nodeLimit + b;
    const known = results.get(key);
    if (known !== undefined) return known;
    const levelA = this.#levels[a]!;
    const levelB = this.#levels[b]!;
    const level = Math.min(levelA, levelB);
    const ends: number[] = [];
    const targets: SetId[] = [];
    if (levelA !== levelB) {
      const split = levelA < levelB ? a : b;
      for (const [index, end] of this.#ends[split]!.entries()) {
        const target = this.#targets[split]![index]!;
        this.#append(
          ends,
          targets,
          end,
          split === a ? this[operation](target, b) : this[operation](a, target),
        );
      }
    } else {
      const endsA = this.#ends[a]!;
      const endsB = this.#ends[b]!;
      const targetsA = this.#targets[a]!;
      const targetsB = this.#targets[b]!;
      let indexA = 0;
      let indexB = 0;
      while (indexA < endsA.length) {
        const endA = endsA[indexA]!;
        const endB = endsB[indexB]!;
        const target = this[operation](targetsA[indexA]!, targetsB[indexB]!);
        this.#append(ends, targets, Math.min(endA, endB), target);
        if (endA <= endB) indexA++;
        if (endB <= endA) indexB++;
      }
    }
    const result = this.#node(level, ends, targets);
    results.set(key, result);
    return result;
  }

  #append(ends: number[], targets: SetId[], end: number, target: SetId): void {
    if (targets.length > 0 && targets[targets.length - 1] === target) ends[ends.length - 1] = end;
    else {
      ends.push(end);
      targets.push(target);
    }
  }

  #node(level: number, ends: readonly number[], targets: readonly SetId[]): SetId {
    const mergedEnds: number[] = [];
    const mergedTargets: SetId[] = [];
    for (let index = 0; index < ends.length; index++) {
      this.#append(mergedEnds, mergedTargets, ends[index]!, targets[index]!);
    }
    if (mergedTargets.length === 1) return mergedTargets[0]!;
    let hash = level;
    for (let index = 0; index < mergedEnds.length; index++) {
      hash = (Math.imul(hash, 31) + mergedEnds[index]!) | 0;
      hash = (Math.imul(hash, 131) + mergedTargets[index]!) | 0;
    }
    const bucket = this.#buckets.get(hash);
    if (bucket !== undefined) {
      for (const id of bucket) {
        if (
          this.#levels[id] === level &&
          same(this.#ends[id]!, mergedEnds) &&
          same(this.#targets[id]!, mergedTargets)
        )
          return id;
      }
    }
    const id = this.#levels.length;
    if (id >= nodeLimit) throw new Error(`a decision diagram of more than ${nodeLimit} nodes`);
    this.#levels.push(level);
    this.#ends.push(mergedEnds);
    this.#targets.push(mergedTargets);
    if (bucket === undefined) this.#buckets.set(hash, [id]);
    else bucket.push(id);
    return id;
  }
}

function same(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

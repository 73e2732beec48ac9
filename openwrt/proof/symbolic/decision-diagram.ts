/** A set, as the number of its root in a diagram. Equal sets of one diagram have equal numbers. */
export type SetId = number;

export const nothing: SetId = 0;
export const everything: SetId = 1;

type Operation = 'and' | 'or' | 'minus';
const operationNumbers: Readonly<Record<Operation, number>> = { and: 1, or: 2, minus: 3 };

/** Runs of values, first and last, sorted and apart. */
export type Runs = readonly (readonly [number, number])[];

/** Results that are remembered at most: a power of two. What is forgotten is computed again. */
const largestCache = 2 ** 22;

/**
 * Multi-valued decision diagrams, ordered and reduced: a set of vectors whose component of level `l` is one of `0 … widths[l]-1`.
 * A node's outgoing edges are runs of values; equal nodes are one node, so that equality of sets is equality of numbers.
 * Exact: no approximation, no sampling. (Bryant 1986 for the reduced form, Srinivasan et al. 1990 for many values.)
 */
export class DecisionDiagram {
  readonly #widths: readonly number[];
  #count = 2;
  /** Of each node its level, and where in the pool its edges stand and how many they are. */
  #levels = new Int32Array(1024);
  #offsets = new Int32Array(1024);
  #lengths = new Int32Array(1024);
  /** Edges: for each run of values the last of them, then the node that it leads to. */
  #pool = new Int32Array(8192);
  #poolEnd = 0;
  /** Nodes by the hash of their content; 0 is free. */
  #unique = new Int32Array(4096);
  /** Results of operations, four numbers each (operation, both sets, result): a later one displaces an earlier one. */
  #cache = new Int32Array(4 * 4096);
  /** Edges of nodes that are being made, one upon the other as the operations nest. */
  #stack = new Int32Array(8192);
  #stackEnd = 0;

  constructor(widths: readonly number[]) {
    this.#widths = widths;
    this.#levels[nothing] = widths.length;
    this.#levels[everything] = widths.length;
  }

  /** How many nodes were made. */
  get size(): number {
    return this.#count;
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
  union(sets: readonly SetId[], from = 0, to = sets.length): SetId {
    if (to - from === 0) return nothing;
    if (to - from === 1) return sets[from]!;
    const half = (from + to) >> 1;
    return this.or(this.union(sets, from, half), this.union(sets, half, to));
  }

  /** The vectors whose component of `level` lies in one of the runs, and whose later components are in `below`. */
  inRuns(level: number, runs: Runs, below: SetId): SetId {
    const base = this.#stackEnd;
    let next = 0;
    for (const [first, last] of runs) {
      if (first > next) this.#append(base, first - 1, nothing);
      this.#append(base, last, below);
      next = last + 1;
    }
    if (next < this.#widths[level]!) this.#append(base, this.#widths[level]! - 1, nothing);
    return this.#node(level, base);
  }

  /** The vectors that are in the set if their component of `level` is changed to some value. */
  forget(set: SetId, level: number): SetId {
    const results = new Map<SetId, SetId>();
    const visit = (node: SetId): SetId => {
      const own = this.#levels[node]!;
      if (own > level) return node;
      const known = results.get(node);
      if (known !== undefined) return known;
      const edges = this.#edges(node);
      let result: SetId;
      if (own === level) result = this.union(edges.map(([, target]) => target));
      else {
        const targets = edges.map(([, target]) => visit(target));
        const base = this.#stackEnd;
        for (const [index, [end]] of edges.entries()) this.#append(base, end, targets[index]!);
        result = this.#node(own, base);
      }
      results.set(node, result);
      return result;
    };
    return visit(set);
  }

  /** Whether the set holds the vector whose component of a level `valueAt` says. */
  has(set: SetId, valueAt: (level: number) => number): boolean {
    let node = set;
    while (node !== everything && node !== nothing) node = this.#follow(node, valueAt(this.#levels[node]!));
    return node === everything;
  }

  /** A vector of the set: at each level that matters, the value that `prefer` picks among runs of values. Levels that do not matter are left out. null for the empty set. */
  pick(set: SetId, prefer: (level: number, runs: Runs) => number): Map<number, number> | null {
    if (set === nothing) return null;
    const vector = new Map<number, number>();
    for (let node = set; node !== everything; ) {
      const level = this.#levels[node]!;
      const runs: [number, number][] = [];
      let first = 0;
      for (const [last, target] of this.#edges(node)) {
        if (target !== nothing) runs.push([first, last]);
        first = last + 1;
      }
      const value = prefer(level, runs);
      vector.set(level, value);
      node = this.#follow(node, value);
    }
    return vector;
  }

  #edges(node: SetId): (readonly [number, SetId])[] {
    const offset = this.#offsets[node]!;
    return Array.from({ length: this.#lengths[node]! }, (_, index) => [
      this.#pool[offset + 2 * index]!,
      this.#pool[offset + 2 * index + 1]!,
    ]);
  }

  #follow(node: SetId, value: number): SetId {
    let at = this.#offsets[node]!;
    while (this.#pool[at]! < value) at += 2;
    return this.#pool[at + 1]!;
  }

  #apply(operation: Operation, a: SetId, b: SetId): SetId {
    const number = operationNumbers[operation];
    const known = this.#slot(number, a, b);
    if (this.#cache[known] === number && this.#cache[known + 1] === a && this.#cache[known + 2] === b) {
      return this.#cache[known + 3]!;
    }
    const levelA = this.#levels[a]!;
    const levelB = this.#levels[b]!;
    const base = this.#stackEnd;
    // Edges are read anew each time: the pool may move while results are made.
    let atA = this.#offsets[a]!;
    let atB = this.#offsets[b]!;
    if (levelA === levelB) {
      const endA = atA + 2 * this.#lengths[a]!;
      while (atA < endA) {
        const lastA = this.#pool[atA]!;
        const lastB = this.#pool[atB]!;
        const target = this[operation](this.#pool[atA + 1]!, this.#pool[atB + 1]!);
        this.#append(base, lastA < lastB ? lastA : lastB, target);
        if (lastA <= lastB) atA += 2;
        if (lastB <= lastA) atB += 2;
      }
    } else if (levelA < levelB) {
      for (const end = atA + 2 * this.#lengths[a]!; atA < end; atA += 2) {
        const last = this.#pool[atA]!;
        this.#append(base, last, this[operation](this.#pool[atA + 1]!, b));
      }
    } else {
      for (const end = atB + 2 * this.#lengths[b]!; atB < end; atB += 2) {
        const last = this.#pool[atB]!;
        this.#append(base, last, this[operation](a, this.#pool[atB + 1]!));
      }
    }
    const result = this.#node(levelA < levelB ? levelA : levelB, base);
    const slot = this.#slot(number, a, b);
    this.#cache[slot] = number;
    this.#cache[slot + 1] = a;
    this.#cache[slot + 2] = b;
    this.#cache[slot + 3] = result;
    return result;
  }

  #slot(operation: number, a: SetId, b: SetId): number {
    const hash = Math.imul(Math.imul(a, 0x9e3779b1) ^ b, 0x85ebca6b) ^ Math.imul(operation, 0xc2b2ae35);
    return ((hash ^ (hash >>> 15)) & (this.#cache.length / 4 - 1)) * 4;
  }

  /** Adds an edge to the node whose edges begin at `base` of the stack; one that leads where the last does lengthens it. */
  #append(base: number, last: number, target: SetId): void {
    const end = this.#stackEnd;
    if (end > base && this.#stack[end - 1] === target) {
      this.#stack[end - 2] = last;
      return;
    }
    if (end + 2 > this.#stack.length) this.#stack = grown(this.#stack);
    this.#stack[end] = last;
    this.#stack[end + 1] = target;
    this.#stackEnd = end + 2;
  }

  /** The node of the edges from `base` on, which leave the stack. */
  #node(level: number, base: number): SetId {
    const length = this.#stackEnd - base;
    this.#stackEnd = base;
    if (length === 2) return this.#stack[base + 1]!;
    let hash = Math.imul(level, 0x9e3779b1);
    for (let at = base; at < base + length; at++)
      hash = Math.imul(hash ^ this.#stack[at]!, 0x01000193) ^ (hash >>> 13);
    const mask = this.#unique.length - 1;
    let slot = (hash ^ (hash >>> 16)) & mask;
    for (let id = this.#unique[slot]!; id !== 0; id = this.#unique[slot]!) {
      if (this.#levels[id] === level && this.#holdsStack(id, base, length)) return id;
      slot = (slot + 1) & mask;
    }
    return this.#add(level, base, length, slot);
  }

  #holdsStack(id: SetId, base: number, length: number): boolean {
    if (2 * this.#lengths[id]! !== length) return false;
    const offset = this.#offsets[id]!;
    for (let index = 0; index < length; index++) {
      if (this.#pool[offset + index] !== this.#stack[base + index]) return false;
    }
    return true;
  }

  #add(level: number, base: number, length: number, slot: number): SetId {
    const id = this.#count++;
    if (id >= this.#levels.length) {
      this.#levels = grown(this.#levels);
      this.#offsets = grown(this.#offsets);
      this.#lengths = grown(this.#lengths);
    }
    while (this.#poolEnd + length > this.#pool.length) this.#pool = grown(this.#pool);
    this.#levels[id] = level;
    this.#offsets[id] = this.#poolEnd;
    this.#lengths[id] = length / 2;
    this.#pool.set(this.#stack.subarray(base, base + length), this.#poolEnd);
    this.#poolEnd += length;
    this.#unique[slot] = id;
    if (2 * this.#count > this.#unique.length) this.#rehash();
    return id;
  }

  #rehash(): void {
    this.#unique = new Int32Array(2 * this.#unique.length);
    if (this.#cache.length / 4 < largestCache) this.#cache = new Int32Array(2 * this.#cache.length);
    const mask = this.#unique.length - 1;
    for (let id = 2; id < this.#count; id++) {
      let hash = Math.imul(this.#levels[id]!, 0x9e3779b1);
      const offset = this.#offsets[id]!;
      const end = offset + 2 * this.#lengths[id]!;
      for (let at = offset; at < end; at++)
        hash = Math.imul(hash ^ this.#pool[at]!, 0x01000193) ^ (hash >>> 13);
      let slot = (hash ^ (hash >>> 16)) & mask;
      while (this.#unique[slot] !== 0) slot = (slot + 1) & mask;
      this.#unique[slot] = id;
    }
  }
}

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}

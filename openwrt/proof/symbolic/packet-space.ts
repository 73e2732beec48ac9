import { type Interval, normalised } from '../interval.ts';
import type { PacketClass } from '../packet-class.ts';
import { fieldOrder, type Packet, type PacketField, packetFields } from '../packet-fields.ts';
import { DecisionDiagram, everything, type SetId } from './decision-diagram.ts';

/** Where the values of each field change their meaning for a ruleset or a policy: between two cuts all values are alike. */
export class FieldCuts {
  readonly #starts = new Map<PacketField, Set<bigint>>(fieldOrder.map((field) => [field, new Set([0n])]));

  readonly #done = new Map<string, WeakMap<object, string | null>>();

  /** Cuts for something once, and says again what was said then. */
  once(what: object, where: string, cut: () => string | null): string | null {
    let done = this.#done.get(where);
    if (done === undefined) {
      done = new WeakMap();
      this.#done.set(where, done);
    }
    const known = done.get(what);
    if (known !== undefined) return known;
    const said = cut();
    done.set(what, said);
    return said;
  }

  add(field: PacketField, intervals: readonly Interval[]): void {
    const starts = this.#starts.get(field)!;
    const end = 1n << BigInt(packetFields[field]);
    for (const { first, last } of intervals) {
      if (first < end) starts.add(first);
      if (last + 1n < end) starts.add(last + 1n);
    }
  }

  addClass(packets: PacketClass): void {
    for (const field of Object.keys(packets) as PacketField[]) this.add(field, packets[field]!);
  }

  starts(field: PacketField): bigint[] {
    return [...this.#starts.get(field)!].sort((a, b) => (a < b ? -1 : 1));
  }
}

/** Sets of packets, exact for everything that was cut before. */
export class PacketSpace {
  readonly diagram: DecisionDiagram;
  readonly #starts: readonly (readonly bigint[])[];
  readonly #indexOf: readonly ReadonlyMap<bigint, number>[];

  constructor(cuts: FieldCuts) {
    this.#starts = fieldOrder.map((field) => cuts.starts(field));
    this.#indexOf = this.#starts.map((starts) => new Map(starts.map((start, index) => [start, index])));
    this.diagram = new DecisionDiagram(this.#starts.map((starts) => starts.length));
  }

  /** The set of a class. Each interval must have been cut; anything else is a mistake of the caller. */
  of(packets: PacketClass): SetId {
    let set: SetId = everything;
    for (let level = fieldOrder.length - 1; level >= 0; level--) {
      const intervals = packets[fieldOrder[level]!];
      if (intervals !== undefined) set = this.diagram.inRuns(level, this.#runs(level, intervals), set);
    }
    return set;
  }

  unionOf(classes: readonly PacketClass[]): SetId {
    return this.diagram.union(classes.map((packets) => this.of(packets)));
  }

  /** The packets of `set` with one field set to a value. */
  assign(set: SetId, field: PacketField, value: bigint): SetId {
    const forgotten = this.diagram.forget(set, fieldOrder.indexOf(field));
    return this.diagram.and(forgotten, this.of({ [field]: [{ first: value, last: value }] }));
  }

  has(set: SetId, packet: Packet): boolean {
    return this.diagram.has(set, (level) => {
      const starts = this.#starts[level]!;
      const value = packet[fieldOrder[level]!];
      let low = 0;
      let high = starts.length;
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (starts[middle]! <= value) low = middle;
        else high = middle;
      }
      return low;
    });
  }

  /** The packets of `set` whatever their value of a field. */
  forget(set: SetId, field: PacketField): SetId {
    return this.diagram.forget(set, fieldOrder.indexOf(field));
  }

  /** A packet of the set, with `usual` values where they do not matter; null if the set is empty. */
  example(set: SetId, usual: Packet): Packet | null {
    const vector = this.diagram.pick(set, (level, runs) => this.#plainest(level, runs, usual));
    if (vector === null) return null;
    const packet: Record<PacketField, bigint> = { ...usual };
    for (const [level, index] of vector) {
      const starts = this.#starts[level]!;
      const field = fieldOrder[level]!;
      const first = starts[index]!;
      const end = starts[index + 1] ?? 1n << BigInt(packetFields[field]);
      packet[field] = first <= usual[field] && usual[field] < end ? usual[field] : first;
    }
    return packet;
  }

  /** A packet of the set whose values `prefer` picks, from the values of each field that lead on; other fields as in `rest`. null for the empty set. */
  draw(
    set: SetId,
    prefer: (field: PacketField, values: readonly bigint[]) => bigint,
    rest: Packet,
  ): Packet | null {
    const chosen: Partial<Record<PacketField, bigint>> = {};
    const vector = this.diagram.pick(set, (level, runs) => {
      const starts = this.#starts[level]!;
      const field = fieldOrder[level]!;
      const values = runs.flatMap(([first, last]) => starts.slice(first, last + 1));
      const value = prefer(field, values);
      chosen[field] = value;
      return starts.indexOf(value);
    });
    return vector === null ? null : { ...rest, ...chosen };
  }

  /** One value of each class of the field's values. */
  representatives(field: PacketField): readonly bigint[] {
    return this.#starts[fieldOrder.indexOf(field)]!;
  }

  #plainest(level: number, runs: readonly (readonly [number, number])[], usual: Packet): number {
    const starts = this.#starts[level]!;
    const value = usual[fieldOrder[level]!];
    const classes = runs.flatMap(([first, last]) => [first, last]);
    const ofUsual = runs.find(
      ([first, last]) => starts[first]! <= value && (last + 1 >= starts.length || value < starts[last + 1]!),
    );
    if (ofUsual !== undefined) {
      let index = ofUsual[0];
      while (index < ofUsual[1] && starts[index + 1]! <= value) index++;
      return index;
    }
    // A class of one value has a name in the policy or the ruleset.
    return classes.find((index) => starts[index + 1] === starts[index]! + 1n) ?? classes[0]!;
  }

  #runs(level: number, intervals: readonly Interval[]): [number, number][] {
    const starts = this.#starts[level]!;
    const index = this.#indexOf[level]!;
    const end = 1n << BigInt(packetFields[fieldOrder[level]!]);
    const runs: [number, number][] = [];
    for (const { first, last } of normalised(intervals)) {
      if (first >= end) continue;
      const from = index.get(first);
      const to = last + 1n >= end ? starts.length : index.get(last + 1n);
      if (from === undefined || to === undefined)
        throw new Error(`${fieldOrder[level]} was not cut at ${first} and ${last}`);
      runs.push([from, to - 1]);
    }
    return runs;
  }
}

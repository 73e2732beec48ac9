import type { Interval } from '../interval.ts';
import { both, type PacketClass } from '../packet-class.ts';
import type { PacketField } from '../packet-fields.ts';
import type { Element } from '../ruleset/ruleset.ts';
import type { Selector } from '../ruleset/selectors.ts';
import { nothing, type SetId } from './decision-diagram.ts';
import type { FieldCuts, PacketSpace } from './packet-space.ts';
import { type SelectorCase, selectorCases } from './selector-cases.ts';
import type { Stage } from './stage.ts';

/** Packets that certainly match, and those that may or may not. */
export interface MatchSet {
  readonly certain: SetId;
  readonly perhaps: SetId;
}

/** Selectors of a key find their values in these fields, for all packets of these classes. */
interface KeyCase {
  readonly fields: readonly SelectorCase[];
  readonly packets: PacketClass[];
  readonly perhaps: boolean;
}

/** The cases of a whole key. Those that look at the same fields in the same way are one. */
function keyCases(key: readonly Selector[], stage: Stage): KeyCase[] {
  let combinations: { fields: SelectorCase[]; packets: PacketClass }[] = [{ fields: [], packets: {} }];
  for (const selector of key) {
    const cases = selectorCases(selector, stage);
    combinations = combinations.flatMap(({ fields, packets }) =>
      cases.flatMap((one) => {
        const shared = both(packets, one.packets);
        return shared === null ? [] : [{ fields: [...fields, one], packets: shared }];
      }),
    );
  }
  const grouped: KeyCase[] = [];
  for (const { fields, packets } of combinations) {
    const perhaps = fields.some((one) => one.perhaps);
    const alike = grouped.find(
      (other) =>
        other.perhaps === perhaps &&
        other.fields.every(
          (one, index) => one.field === fields[index]!.field && one.values === fields[index]!.values,
        ),
    );
    if (alike === undefined) grouped.push({ fields, packets: [packets], perhaps });
    else alike.packets.push(packets);
  }
  return grouped;
}

/** The packets whose fields hold the element; two selectors may look at one field. null if none can. */
function elementClass(element: Element, fields: readonly SelectorCase[]): PacketClass | null {
  let packets: PacketClass | null = {};
  for (const [index, one] of fields.entries()) {
    const values: readonly Interval[] = one.values(element[index]!);
    if (values.length === 0) return null;
    packets = both(packets, { [one.field]: values } as { [field in PacketField]?: readonly Interval[] });
    if (packets === null) return null;
  }
  return packets;
}

/** Cuts the space wherever the key's elements change something. */
export function cutMatch(
  cuts: FieldCuts,
  key: readonly Selector[],
  elements: readonly Element[],
  stage: Stage,
): void {
  for (const { fields, packets } of keyCases(key, stage)) {
    for (const one of packets) cuts.addClass(one);
    for (const element of elements) {
      for (const [index, one] of fields.entries()) cuts.add(one.field, one.values(element[index]!));
    }
  }
}

/** The packets whose key is in one of the elements, or with `negated` in none of them. Packets without the key are in neither. */
export function matchSet(
  space: PacketSpace,
  key: readonly Selector[],
  elements: readonly Element[],
  negated: boolean,
  stage: Stage,
): MatchSet {
  const { diagram } = space;
  let certain: SetId = nothing;
  let perhaps: SetId = nothing;
  for (const one of keyCases(key, stage)) {
    const present = space.unionOf(one.packets);
    const inside = space.unionOf(elements.flatMap((element) => elementClass(element, one.fields) ?? []));
    const matching = negated ? diagram.minus(present, inside) : diagram.and(present, inside);
    if (one.perhaps) perhaps = diagram.or(perhaps, matching);
    else certain = diagram.or(certain, matching);
  }
  return { certain, perhaps };
}

import { evaluatePacket } from '../../../openwrt/proof/evaluate-packet.ts';
import { fieldOrder, isFirst, type Packet, type PacketField } from '../../../openwrt/proof/packet-fields.ts';
import type { Ruleset } from '../../../openwrt/proof/ruleset/ruleset.ts';
import {
  cutUniverse,
  misplaced,
  RulesetEvaluation,
  universeSet,
} from '../../../openwrt/proof/symbolic/evaluate-ruleset.ts';
import { MatchMemory } from '../../../openwrt/proof/symbolic/match-memory.ts';
import { FieldCuts, PacketSpace } from '../../../openwrt/proof/symbolic/packet-space.ts';
import { seededRandom } from '../../cxo/seeded-random.ts';
import { type Boundaries, boundaryValues, isPossible, randomPacket } from './random-packets.ts';

export interface Disagreement {
  readonly packet: Packet;
  readonly symbolic: string;
  readonly concrete: string;
}

/** Runs packets of boundary values through both evaluators: how many came through, and where the two differ. */
export function compareEvaluators(ruleset: Ruleset, count: number, seed: number) {
  const cuts = new FieldCuts();
  cutUniverse(cuts);
  const strange = misplaced(ruleset, cuts);
  if (strange.length > 0) throw new Error(strange.join('\n'));
  const space = new PacketSpace(cuts);
  const evaluation = new RulesetEvaluation(new MatchMemory(space), ruleset, universeSet(space), 'kept');
  const { accepted, rejected } = evaluation.evaluate();
  // Of a new connection rules make what is translated: asked is whether the packet as it came is let through in any form.
  const asItCame = (
    ['statusDnat', 'statusSnat', 'translatedDestination', 'translatedDestinationPort'] as const
  ).reduce((set, field) => space.forget(set, field), accepted);
  const boundaries = Object.fromEntries(
    fieldOrder.map((field) => [field, boundaryValues(space.representatives(field), field)]),
  ) as unknown as Boundaries;
  const random = seededRandom(seed);
  const universe = universeSet(space);
  const drawn = [accepted, rejected, space.diagram.minus(universe, accepted)];
  const any = (_: PacketField, values: readonly bigint[]): bigint =>
    values[Math.floor(random() * values.length)]!;
  /** One in three anywhere, the others within a set that the proof found, half of these with one thing changed. */
  const nextPacket = (index: number): Packet => {
    const anywhere = randomPacket(random, boundaries);
    const inside = index % 3 === 0 ? null : space.draw(drawn[index % drawn.length]!, any, anywhere);
    if (inside === null) return anywhere;
    const field = fieldOrder[Math.floor(random() * fieldOrder.length)]!;
    const changed = random() < 0.5 ? inside : { ...inside, [field]: any(field, boundaries[field]) };
    const asItCame = isFirst(changed) ? { ...changed, statusDnat: 0n, statusSnat: 0n } : changed;
    return isPossible(asItCame) ? asItCame : anywhere;
  };
  const disagreements: Disagreement[] = [];
  const outcomes = { accepted: 0, dropped: 0, rejected: 0 };
  for (let index = 0; index < count; index++) {
    const packet = nextPacket(index);
    const fate = evaluatePacket(ruleset, packet);
    outcomes[fate.outcome]++;
    const letThrough = space.has(isFirst(packet) ? asItCame : accepted, packet);
    const symbolic = letThrough ? 'accepted' : space.has(rejected, packet) ? 'rejected' : 'dropped';
    const agreed =
      fate.outcome === symbolic && (fate.outcome !== 'accepted' || space.has(accepted, fate.packet));
    if (!agreed) disagreements.push({ packet, symbolic, concrete: `${fate.outcome} by ${fate.by}` });
  }
  return { outcomes, disagreements, nodes: space.diagram.size, boundaries };
}

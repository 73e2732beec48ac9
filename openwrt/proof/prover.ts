import {
  answers,
  answersBeyondLimit,
  closes,
  type Difference,
  opens,
  opensBeyondLimit,
} from './difference.ts';
import { exampleKinds, examples } from './example-packets.ts';
import type { PolicyPackets } from './policy-packets.ts';
import type { Ruleset } from './ruleset/ruleset.ts';
import { everything, type SetId } from './symbolic/decision-diagram.ts';
import {
  cutUniverse,
  misplaced,
  outcomesSet,
  RulesetEvaluation,
  universeSet,
} from './symbolic/evaluate-ruleset.ts';
import { MatchMemory } from './symbolic/match-memory.ts';
import { FieldCuts, PacketSpace } from './symbolic/packet-space.ts';

export interface Proof {
  /** The ruleset lets pass exactly what the policy allows. */
  readonly proven: boolean;
  /** Places of the ruleset that the proof has no meaning for. Not empty: nothing is proven. */
  readonly notUnderstood: readonly string[];
  /** One packet of each kind (path, protocol, state) in which they differ. */
  readonly differences: readonly Difference[];
}

/** Holds rulesets, all known from the start, to one meaning. Rulesets that share statements (the same objects) share the work. */
export class Prover {
  readonly space: PacketSpace;
  readonly #meaning: PolicyPackets;
  readonly #misplaced = new Map<Ruleset, readonly string[]>();
  readonly #memory: MatchMemory;
  readonly #universe: SetId;
  readonly #allowed: SetId;

  constructor(meaning: PolicyPackets, rulesets: readonly Ruleset[]) {
    const cuts = new FieldCuts();
    cutUniverse(cuts);
    for (const { packets } of [...meaning.allowed, ...meaning.conditions])
      for (const one of packets) cuts.addClass(one);
    for (const kind of exampleKinds) cuts.addClass(kind);
    for (const ruleset of rulesets) this.#misplaced.set(ruleset, misplaced(ruleset, cuts));
    this.#meaning = meaning;
    this.space = new PacketSpace(cuts);
    this.#memory = new MatchMemory(this.space);
    this.#universe = universeSet(this.space);
    const outcomes = outcomesSet(this.space, this.#universe);
    this.#allowed = this.space.diagram.and(outcomes, meaningSet(this.space, meaning));
  }

  /** One of the rulesets that the prover was made with. */
  prove(ruleset: Ruleset): Proof {
    const strange = this.#misplaced.get(ruleset)!;
    if (strange.length > 0) return { proven: false, notUnderstood: strange, differences: [] };
    const { diagram } = this.space;
    const kept = new RulesetEvaluation(this.#memory, ruleset, this.#universe, 'kept');
    const { accepted, rejected } = kept.evaluate();
    const differences = [
      ...this.#examples(diagram.minus(accepted, this.#allowed)).map((packet) => opens(ruleset, packet)),
      ...this.#examples(diagram.minus(this.#allowed, accepted)).map((packet) =>
        closes(ruleset, this.#meaning, packet),
      ),
      ...this.#examples(rejected).map((packet) => answers(ruleset, packet)),
    ];
    const notUnderstood = [...kept.notUnderstood];
    if (differences.length === 0 && notUnderstood.length === 0) {
      const any = new RulesetEvaluation(this.#memory, ruleset, this.#universe, 'any');
      const possibly = any.evaluate();
      notUnderstood.push(...any.notUnderstood);
      differences.push(
        ...this.#examples(diagram.minus(possibly.accepted, this.#allowed)).map(opensBeyondLimit),
        ...this.#examples(possibly.rejected).map(answersBeyondLimit),
      );
    }
    return { proven: differences.length === 0 && notUnderstood.length === 0, notUnderstood, differences };
  }

  #examples(set: SetId): ReturnType<typeof examples> {
    return examples(this.space, set);
  }
}

/** All packets that a policy allows, of those that there can be and of others. */
function meaningSet(space: PacketSpace, { allowed, conditions }: PolicyPackets): SetId {
  const { diagram } = space;
  const granted = space.unionOf(allowed.flatMap(({ packets }) => packets));
  const met = conditions.reduce((set, { packets }) => diagram.and(set, space.unionOf(packets)), everything);
  return diagram.and(granted, met);
}

import type { Verdict } from '../ruleset/ruleset.ts';
import { type Element, type Statement, verdictKey } from '../ruleset/ruleset.ts';
import { nothing, type SetId } from './decision-diagram.ts';
import { type MatchSet, matchSet } from './match-set.ts';
import type { PacketSpace } from './packet-space.ts';
import { type Stage, stageKey } from './stage.ts';

type Match = Statement & { kind: 'match' };
type VerdictMap = Statement & { kind: 'verdict map' };

export interface MapSets {
  readonly verdicts: readonly (readonly [Verdict, MatchSet])[];
  /** Entries hold the same packets and say different things: the answer would depend on the kernel's order. */
  readonly contradicts: boolean;
}

/** The packets that statements find, each computed once. */
export class MatchMemory {
  readonly #matches = new Map<string, WeakMap<Statement, MatchSet>>();
  readonly #maps = new Map<string, WeakMap<Statement, MapSets>>();

  constructor(readonly space: PacketSpace) {}

  match(statement: Match, stage: Stage): MatchSet {
    return remember(this.#matches, stage, statement, () =>
      matchSet(this.space, statement.key, statement.elements, statement.negated, stage),
    );
  }

  map(statement: VerdictMap, stage: Stage): MapSets {
    return remember(this.#maps, stage, statement, () => this.#mapSets(statement, stage));
  }

  #mapSets({ key, entries }: VerdictMap, stage: Stage): MapSets {
    const { diagram } = this.space;
    const byVerdict = new Map<string, { verdict: Verdict; elements: Element[] }>();
    for (const { verdict, element } of entries) {
      const group = byVerdict.get(verdictKey(verdict));
      if (group === undefined) byVerdict.set(verdictKey(verdict), { verdict, elements: [element] });
      else group.elements.push(element);
    }
    let seen: SetId = nothing;
    let contradicts = false;
    const verdicts = [...byVerdict.values()].map(({ verdict, elements }) => {
      const match = matchSet(this.space, key, elements, false, stage);
      if (diagram.and(seen, match.certain) !== nothing) contradicts = true;
      seen = diagram.or(seen, match.certain);
      return [verdict, match] as const;
    });
    return { verdicts, contradicts };
  }
}

function remember<T>(
  results: Map<string, WeakMap<Statement, T>>,
  stage: Stage,
  statement: Statement,
  make: () => T,
): T {
  const key = stageKey(stage);
  let ofStage = results.get(key);
  if (ofStage === undefined) {
    ofStage = new WeakMap();
    results.set(key, ofStage);
  }
  let result = ofStage.get(statement);
  if (result === undefined) {
    result = make();
    ofStage.set(statement, result);
  }
  return result;
}

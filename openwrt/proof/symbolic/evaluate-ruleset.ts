import { type Interval, outside, point } from '../interval.ts';
import { type PacketClass, wholeField } from '../packet-class.ts';
import { etherTypes, paths, states } from '../packet-fields.ts';
import { packetUniverse } from '../packet-universe.ts';
import type { Chain, Family, Hook, Rule, Ruleset, Statement, Verdict } from '../ruleset/ruleset.ts';
import { everything, nothing, type SetId } from './decision-diagram.ts';
import type { MatchMemory } from './match-memory.ts';
import { cutMatch, matchSet } from './match-set.ts';
import type { FieldCuts, PacketSpace } from './packet-space.ts';
import { MisplacedSelector } from './selector-cases.ts';
import { type Stage, stageKey, stageOf } from './stage.ts';

/**
 * How limits are taken.
 * `kept`: every limit is kept, so `limit rate` goes on and `limit rate over` does not; "perhaps" is no.
 * `any`: a limit may be kept or not, and "perhaps" may be yes: the result holds every packet that passes in some such case.
 */
export type Limits = 'kept' | 'any';

export interface RulesetSets {
  /** Packets that come through, with what translation made of them. */
  readonly accepted: SetId;
  /** Packets that the router answers with a refusal. */
  readonly rejected: SetId;
}

const protocolsOf: Readonly<Record<Family, readonly Interval[]>> = {
  ip: [point(etherTypes.ipv4)],
  ip6: [point(etherTypes.ipv6)],
  inet: [point(etherTypes.ipv4), point(etherTypes.ipv6)],
  arp: [point(etherTypes.arp)],
};

/** The hooks that packets meet, in order, and which packets each is for. */
const journey: readonly { readonly hook: Hook; readonly packets: PacketClass }[] = [
  { hook: 'prerouting', packets: { path: [point(paths.input), point(paths.forward)] } },
  { hook: 'input', packets: { path: [point(paths.input)] } },
  { hook: 'forward', packets: { path: [point(paths.forward)] } },
  { hook: 'output', packets: { path: [point(paths.output)] } },
  { hook: 'postrouting', packets: { path: [point(paths.forward), point(paths.output)] } },
];

/** nf_nat asks its chains about the first packet of a connection only, which is not confirmed yet, and no more once one has answered. */
const untranslated = { prerouting: 'statusDnat', postrouting: 'statusSnat' } as const;

/** Places where a ruleset asks for what has no meaning there: a look at conntrack before conntrack, say. Nothing is proven of it. */
export function misplaced(ruleset: Ruleset, cuts: FieldCuts): string[] {
  const found = new Set<string>();
  for (const [chain, stages] of reachableStages(ruleset)) {
    for (const rule of chain.rules) {
      for (const statement of rule.statements) {
        for (const stage of stages) {
          const complaint = cuts.once(statement, stageKey(stage), () =>
            cutOrComplain(cuts, statement, stage),
          );
          if (complaint !== null) found.add(`${rule.place}: ${complaint}`);
        }
      }
    }
  }
  return [...found];
}

function cutOrComplain(cuts: FieldCuts, statement: Statement, stage: Stage): string | null {
  try {
    cutStatement(cuts, statement, stage);
    return null;
  } catch (error) {
    if (!(error instanceof MisplacedSelector)) throw error;
    return error.message;
  }
}

function cutStatement(cuts: FieldCuts, statement: Statement, stage: Stage): void {
  switch (statement.kind) {
    case 'match':
      cutMatch(cuts, statement.key, statement.elements, stage);
      return;
    case 'verdict map':
      cutMatch(
        cuts,
        statement.key,
        statement.entries.map((entry) => entry.element),
        stage,
      );
      return;
    case 'destination nat':
      if (stage.hook !== 'prerouting' || stage.destinationTranslated)
        throw new MisplacedSelector('dnat elsewhere than in a nat chain at prerouting is not understood');
      cutMatch(
        cuts,
        statement.key,
        statement.targets.map((target) => target.element),
        stage,
      );
      for (const { address, port } of statement.targets) {
        cuts.addClass({ translatedDestination: [point(address)], translatedDestinationPort: [point(port)] });
      }
      cuts.addClass({ transport: [point(6), point(17)] });
      return;
    case 'masquerade':
      if (stage.hook !== 'postrouting' || stage.sourceTranslated)
        throw new MisplacedSelector(
          'masquerade elsewhere than in a nat chain at postrouting is not understood',
        );
      return;
    default:
  }
}

/** Which stages each chain can be reached in. */
function reachableStages(ruleset: Ruleset): Map<Chain, Stage[]> {
  const reached = new Map<Chain, Stage[]>();
  const visit = (chain: Chain, stage: Stage): void => {
    const stages = reached.get(chain) ?? [];
    if (stages.some((other) => stageKey(other) === stageKey(stage))) return;
    reached.set(chain, [...stages, stage]);
    for (const target of chain.rules.flatMap(targetsOf)) visit(findChain(ruleset, chain, target), stage);
  };
  for (const chain of ruleset.chains) if (chain.base !== null) visit(chain, stageOf(chain.base));
  return reached;
}

function targetsOf(rule: Rule): string[] {
  return rule.statements.flatMap((statement) => {
    const verdicts =
      statement.kind === 'verdict'
        ? [statement.verdict]
        : statement.kind === 'verdict map'
          ? statement.entries.map((entry) => entry.verdict)
          : [];
    return verdicts.flatMap((verdict) => ('chain' in verdict ? [verdict.chain] : []));
  });
}

function findChain(ruleset: Ruleset, from: Chain, name: string): Chain {
  return ruleset.chains.find(
    (chain) => chain.family === from.family && chain.table === from.table && chain.name === name,
  )!;
}

export function cutUniverse(cuts: FieldCuts): void {
  for (const classes of packetUniverse) for (const packets of classes) cuts.addClass(packets);
  for (const { packets } of journey) cuts.addClass(packets);
  for (const protocols of Object.values(protocolsOf)) cuts.addClass({ protocol: protocols });
  cuts.addClass({ state: [point(states.new)], statusDnat: [point(1)], statusSnat: [point(1)] });
}

export function universeSet(space: PacketSpace): SetId {
  return packetUniverse.reduce((set, classes) => space.diagram.and(set, space.unionOf(classes)), everything);
}

/** The same after rules have translated new connections: what they made of them is open. */
export function outcomesSet(space: PacketSpace, universe: SetId): SetId {
  const { diagram } = space;
  const opening = space.of({
    state: [point(states.new)],
    statusConfirmed: [point(0)],
    protocol: protocolsOf.inet,
  });
  const translated = space.forget(space.forget(diagram.and(universe, opening), 'statusDnat'), 'statusSnat');
  return diagram.or(universe, translated);
}

/** Where packets are after some rules: each list is of sets that may be joined later. */
interface Fates {
  readonly accepted: SetId[];
  readonly rejected: SetId[];
}

/**
 * The packets of the universe that the ruleset lets through, exactly. The base chains of a hook are passed in the order of their priorities;
 * a packet comes through only if each accepts it.
 */
export class RulesetEvaluation {
  readonly #chains = new Map<string, Chain>();
  private readonly space: PacketSpace;
  /** What shows only now, such as entries of a map that contradict each other. */
  readonly notUnderstood = new Set<string>();

  constructor(
    private readonly memory: MatchMemory,
    private readonly ruleset: Ruleset,
    private readonly universe: SetId,
    private readonly limits: Limits,
  ) {
    this.space = memory.space;
    for (const chain of ruleset.chains) this.#chains.set(chainKey(chain, chain.name), chain);
  }

  evaluate(): RulesetSets {
    const { diagram } = this.space;
    const rejected: SetId[] = [];
    let packets = this.universe;
    for (const { hook, packets: which } of journey) {
      const here = this.space.of(which);
      const passing = this.#passHook(hook, diagram.and(packets, here), rejected);
      packets = diagram.or(diagram.minus(packets, here), passing);
    }
    return { accepted: packets, rejected: diagram.union(rejected) };
  }

  #passHook(hook: Hook, packets: SetId, rejected: SetId[]): SetId {
    const { diagram } = this.space;
    const chains = this.ruleset.chains
      .filter((chain) => chain.base?.hook === hook)
      .sort((a, b) => a.base!.priority - b.base!.priority);
    let passing = packets;
    for (const chain of chains) {
      const base = chain.base!;
      let concerned: PacketClass = { protocol: protocolsOf[chain.family] };
      if (base.type === 'nat') {
        const status = untranslated[hook as keyof typeof untranslated];
        concerned = {
          ...concerned,
          state: [point(states.new)],
          statusConfirmed: [point(0)],
          [status]: [point(0)],
        };
      }
      const seen = this.space.of(concerned);
      const fates: Fates = { accepted: [], rejected };
      const rest = this.#passChain(chain, diagram.and(passing, seen), stageOf(base), fates);
      if (base.policy === 'accept') fates.accepted.push(rest);
      passing = diagram.or(diagram.minus(passing, seen), diagram.union(fates.accepted));
    }
    return passing;
  }

  /** Sorts the packets into fates; returns those that come to the end of the chain or return from it. */
  #passChain(chain: Chain, packets: SetId, stage: Stage, fates: Fates): SetId {
    const { diagram } = this.space;
    const returned: SetId[] = [];
    let here = packets;
    for (const rule of chain.rules) {
      if (here === nothing) break;
      here = this.#passRule(chain, rule, here, stage, fates, returned);
    }
    return diagram.or(here, diagram.union(returned));
  }

  /** Returns the packets that go on to the next rule. */
  #passRule(chain: Chain, rule: Rule, packets: SetId, stage: Stage, fates: Fates, returned: SetId[]): SetId {
    const { diagram } = this.space;
    const onward: SetId[] = [];
    let inRule = packets;
    for (const statement of rule.statements) {
      if (inRule === nothing) break;
      switch (statement.kind) {
        case 'effectless':
          break;
        case 'limit':
          if (this.limits === 'any') onward.push(inRule);
          else if (statement.over) {
            onward.push(inRule);
            inRule = nothing;
          }
          break;
        case 'match': {
          const match = this.memory.match(statement, stage);
          onward.push(diagram.minus(inRule, match.certain));
          inRule = diagram.and(
            inRule,
            this.limits === 'any' ? diagram.or(match.certain, match.perhaps) : match.certain,
          );
          break;
        }
        case 'verdict':
          inRule = this.#give(statement.verdict, chain, inRule, stage, fates, returned, onward);
          break;
        case 'verdict map':
          inRule = this.#lookUp(statement, chain, rule, inRule, stage, fates, returned, onward);
          break;
        case 'destination nat':
          inRule = this.#translateDestination(statement, rule, inRule, stage, fates, onward);
          break;
        case 'masquerade':
          fates.accepted.push(this.space.assign(inRule, 'statusSnat', 1n));
          inRule = nothing;
      }
    }
    onward.push(inRule);
    return diagram.union(onward);
  }

  /** Gives a verdict to the packets; returns those that stay in the rule. */
  #give(
    verdict: Verdict,
    chain: Chain,
    packets: SetId,
    stage: Stage,
    fates: Fates,
    returned: SetId[],
    onward: SetId[],
  ): SetId {
    switch (verdict.kind) {
      case 'accept':
        fates.accepted.push(packets);
        return nothing;
      case 'drop':
        return nothing;
      case 'reject':
        fates.rejected.push(packets);
        return nothing;
      case 'continue':
        return packets;
      case 'return':
        returned.push(packets);
        return nothing;
      case 'jump':
        onward.push(this.#passChain(this.#chain(chain, verdict.chain), packets, stage, fates));
        return nothing;
      case 'goto':
        returned.push(this.#passChain(this.#chain(chain, verdict.chain), packets, stage, fates));
        return nothing;
    }
  }

  #lookUp(
    statement: Statement & { kind: 'verdict map' },
    chain: Chain,
    rule: Rule,
    packets: SetId,
    stage: Stage,
    fates: Fates,
    returned: SetId[],
    onward: SetId[],
  ): SetId {
    const { diagram } = this.space;
    const staying: SetId[] = [];
    let missing = packets;
    const { verdicts, contradicts } = this.memory.map(statement, stage);
    if (contradicts)
      this.notUnderstood.add(`${rule.place}: entries of a map overlap and say different things`);
    for (const [verdict, match] of verdicts) {
      missing = diagram.minus(missing, match.certain);
      const found = this.limits === 'any' ? diagram.or(match.certain, match.perhaps) : match.certain;
      staying.push(this.#give(verdict, chain, diagram.and(packets, found), stage, fates, returned, onward));
    }
    onward.push(missing);
    return diagram.union(staying);
  }

  #translateDestination(
    statement: Statement & { kind: 'destination nat' },
    rule: Rule,
    packets: SetId,
    stage: Stage,
    fates: Fates,
    onward: SetId[],
  ): SetId {
    const { diagram } = this.space;
    const withoutPorts = this.space.of({
      transport: outside(wholeField('transport'), [point(6), point(17)]),
    });
    let rest = packets;
    for (const target of statement.targets) {
      const key = matchSet(this.space, statement.key, [target.element], false, stage);
      const found = diagram.and(
        diagram.and(rest, statement.key.length === 0 ? everything : key.certain),
        this.space.of({ protocol: protocolsOf[target.family] }),
      );
      if (found === nothing) continue;
      if (diagram.and(found, withoutPorts) !== nothing) {
        this.notUnderstood.add(`${rule.place}: dnat to a port, of packets that are neither TCP nor UDP`);
      }
      rest = diagram.minus(rest, found);
      const translated = diagram.and(
        this.space.assign(found, 'statusDnat', 1n),
        this.space.of({
          translatedDestination: [point(target.address)],
          translatedDestinationPort: [point(target.port)],
        }),
      );
      fates.accepted.push(translated);
    }
    // A packet of another family stays in the rule; one that the map does not hold leaves it.
    if (statement.key.length === 0) return rest;
    onward.push(rest);
    return nothing;
  }

  #chain(from: Chain, name: string): Chain {
    return this.#chains.get(chainKey(from, name))!;
  }
}

const chainKey = (of: { family: string; table: string }, name: string): string =>
  `${of.family} ${of.table} ${name}`;

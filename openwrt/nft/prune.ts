import type { Chain, NamedSet, Rule, RulePart, Table } from './model.ts';

/**
 * The table without what can have no effect: lookups in empty sets, chains that nothing enters, sets and counters that nothing names. So a
 * compiler can say the general rule once, whether or not a policy has anything for it.
 */
export function prune(table: Table): Table {
  const empty = new Set(table.sets.filter(({ elements }) => elements.length === 0).map(({ name }) => name));
  const simplified = table.chains.map((chain) => ({
    ...chain,
    rules: chain.rules.flatMap((rule) => simplifyRule(rule, empty)).filter(firstOfItsKind),
  }));
  const chains = enteredChains(simplified, table.sets);
  const parts = chains.flatMap(({ rules }) => rules.flat());
  const sets = new Set(parts.flatMap(namedSet));
  const counters = new Set(parts.flatMap((part) => (part.kind === 'counter' ? [part.name] : [])));
  return {
    ...table,
    chains,
    sets: table.sets.filter(({ name }) => sets.has(name)),
    counters: table.counters.filter((name) => counters.has(name)),
  };
}

/** None for a rule that never matches; without the parts that always do. */
function simplifyRule(rule: Rule, empty: ReadonlySet<string>): Rule[] {
  if (
    rule.some((part) => isLookup(part, empty, '==') || (part.kind === 'verdict-map' && empty.has(part.map)))
  ) {
    return [];
  }
  return [rule.filter((part) => !isLookup(part, empty, '!='))];
}

const isLookup = (part: RulePart, sets: ReadonlySet<string>, operator: '==' | '!='): boolean =>
  part.kind === 'lookup' && sets.has(part.set) && part.operator === operator;

/** A rule that stands directly before does not have to be repeated. */
const firstOfItsKind = (rule: Rule, index: number, rules: readonly Rule[]): boolean =>
  index === 0 || JSON.stringify(rule) !== JSON.stringify(rules[index - 1]);

function enteredChains(chains: readonly Chain[], sets: readonly NamedSet[]): Chain[] {
  const byName = new Map(chains.map((chain) => [chain.name, chain]));
  const verdicts = new Map(
    sets.map(({ name, elements }) => [
      name,
      elements.flatMap(({ verdict }) => (verdict && 'chain' in verdict ? [verdict.chain] : [])),
    ]),
  );
  const entered = new Set<string>();
  const enter = (chain: Chain): void => {
    if (entered.has(chain.name)) return;
    entered.add(chain.name);
    for (const part of chain.rules.flat()) {
      for (const name of chainsAfter(part, verdicts)) {
        const next = byName.get(name);
        if (next === undefined) throw new Error(`${chain.name} goes to ${name}, which is not there`);
        enter(next);
      }
    }
  };
  for (const chain of chains) if (chain.hook !== null) enter(chain);
  return chains.filter(({ name }) => entered.has(name));
}

function chainsAfter(part: RulePart, verdicts: ReadonlyMap<string, readonly string[]>): readonly string[] {
  if (part.kind === 'verdict' && 'chain' in part.verdict) return [part.verdict.chain];
  return part.kind === 'verdict-map' ? (verdicts.get(part.map) ?? []) : [];
}

function namedSet(part: RulePart): string[] {
  if (part.kind === 'lookup') return [part.set];
  return part.kind === 'verdict-map' ? [part.map] : [];
}

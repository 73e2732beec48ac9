import type { Rule, RulePart, Ruleset } from '../../openwrt/nft/model.ts';

/** Changes of a ruleset that take a protection out, to show that its test sees it gone. */
export type Mutation = (ruleset: Ruleset) => Ruleset;

/** The rules of one chain become others. @throws Error if that changes nothing, since then the mutant is none */
export function changeChain(
  chain: string,
  change: (rules: readonly Rule[]) => readonly Rule[],
  family: 'inet' | 'arp' = 'inet',
): Mutation {
  return (ruleset) => {
    const changed = {
      tables: ruleset.tables.map((table) => ({
        ...table,
        chains: table.chains.map((candidate) =>
          table.family === family && candidate.name === chain
            ? { ...candidate, rules: change(candidate.rules) }
            : candidate,
        ),
      })),
    };
    if (JSON.stringify(changed) === JSON.stringify(ruleset)) throw new Error(`nothing changes in ${chain}`);
    return changed;
  };
}

export const addFirst = (chain: string, rule: Rule, family: 'inet' | 'arp' = 'inet'): Mutation =>
  changeChain(chain, (rules) => [rule, ...rules], family);

/** Without the rules that hold a part for which `is` holds. */
export const withoutRules = (chain: string, is: (part: RulePart) => boolean): Mutation =>
  changeChain(chain, (rules) => rules.filter((rule) => !rule.some(is)));

/** The rules stay, without such parts. */
export const withoutParts = (chain: string, is: (part: RulePart) => boolean): Mutation =>
  changeChain(chain, (rules) => rules.map((rule) => rule.filter((part) => !is(part))));

export const goesTo =
  (chain: string) =>
  (part: RulePart): boolean =>
    part.kind === 'verdict' && 'chain' in part.verdict && part.verdict.chain === chain;

export const looksIn =
  (set: string) =>
  (part: RulePart): boolean =>
    part.kind === 'lookup' && part.set === set;

export const compares =
  (field: string) =>
  (part: RulePart): boolean =>
    'field' in part && part.field === field;

export const both =
  (...mutations: readonly Mutation[]): Mutation =>
  (ruleset) =>
    mutations.reduce((changed, mutation) => mutation(changed), ruleset);

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

type Listed = Record<string, Record<string, unknown>>;

const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/openwrt/proof/vocabulary.json'), 'utf8'),
) as { nftables: Listed[] };

/** What `nft -j list ruleset` (1.0.6) said of vocabulary.nft: every construct in a chain of its own, `early_01`, `late_01` … */
export const vocabularyChains = recorded.nftables.flatMap(({ chain }) =>
  chain !== undefined && /_\d+$/.test(String(chain.name)) ? [String(chain.name)] : [],
);

const places: Readonly<Record<string, readonly Record<string, unknown>[]>> = {
  early: [{ type: 'filter', hook: 'prerouting', prio: -450 }],
  late: [
    { type: 'filter', hook: 'forward', prio: 0 },
    { type: 'filter', hook: 'postrouting', prio: 300 },
    { type: 'filter', hook: 'output', prio: 0 },
  ],
  dnat: [{ type: 'nat', hook: 'prerouting', prio: -100 }],
  snat: [{ type: 'nat', hook: 'postrouting', prio: 100 }],
  arp: [
    { type: 'filter', hook: 'input', prio: 0 },
    { type: 'filter', hook: 'output', prio: 0 },
  ],
};

/** A rule that accepts says nothing where everything is accepted: there it drops. */
const dropping = (statements: readonly unknown[]): unknown[] =>
  statements.map((statement) => (Object.hasOwn(statement as object, 'accept') ? { drop: null } : statement));

/** Listings in which one recorded chain is hung up at each hook where it has a meaning, once with either policy. */
export function listingsOf(
  name: string,
): { readonly listing: { nftables: Listed[] }; readonly what: string }[] {
  const asksRouting = recorded.nftables.some(
    ({ rule }) => rule?.chain === name && JSON.stringify(rule).includes('"fib"'),
  );
  // Only at forward: the kernel refuses this question at other hooks.
  const here = places[name.replace(/_\d+$/, '')]!.filter((_, index) => index === 0 || !asksRouting);
  return here.flatMap((place) =>
    (['accept', 'drop'] as const).map((policy) => ({
      what: `${name} at ${place.hook} ${place.prio}, policy ${policy}`,
      listing: {
        nftables: recorded.nftables
          .filter(({ rule, chain }) => {
            const owner = rule?.chain ?? chain?.name;
            return owner === undefined || owner === name || !/_\d+$/.test(String(owner));
          })
          .map(({ rule, chain, ...other }): Listed => {
            if (chain?.name === name) return { chain: { ...chain, ...place, policy } };
            if (rule?.chain === name && policy === 'accept') {
              return { rule: { ...rule, expr: dropping(rule.expr as unknown[]) } };
            }
            return { ...other, ...(rule && { rule }), ...(chain && { chain }) };
          }),
      },
    })),
  );
}

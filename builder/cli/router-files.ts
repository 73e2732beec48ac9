import { compileRuleset } from '../../openwrt/nft/compile-ruleset.ts';
import { printNft } from '../../openwrt/nft/print-text.ts';
import type { Policy } from '../../openwrt/policy/policy.ts';
import { compileUci } from '../../openwrt/uci/compile-uci.ts';

/** Everything that is made of a policy for a router, by its path there, sorted: the ruleset, and UCI for the base that reads it. */
export function routerFiles(policy: Policy): Readonly<Record<string, string>> {
  const files = { ...compileUci(policy), '/etc/boardsmith/ruleset.nft': printNft(compileRuleset(policy)) };
  return Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
}

import type { MachineNetwork } from '../../builder/recipe/machine-network.ts';
import { type BoardNeeds, boardRuleset } from '../nft/board-ruleset.ts';
import { compileRuleset } from '../nft/compile-ruleset.ts';
import { encodeRuleset } from '../nft/encode-ruleset.ts';
import type { Ruleset } from '../nft/model.ts';
import type { Policy } from '../policy/policy.ts';
import { routerNetwork } from './router-network.ts';

/** What a board's ruleset needs of a kernel with modules: connections, limits, the log. */
const boardModules = ['nf_tables', 'nft_ct', 'nft_limit', 'nft_log', 'nf_log_syslog'];
/** And a router's: counts of connections, the address by which a packet came, address translation, VLANs. */
const routerModules = [
  ...boardModules,
  ...['nft_connlimit', 'nft_fib_inet', 'nft_chain_nat', 'nft_nat', 'nft_masq', '8021q'],
];

/**
 * What follows the advertised prefix in every board's IPv6 address: cut-segments.ts gives the board the third address of its segment, so
 * that one image serves all units.
 */
const boardSuffix = '::2';

/** A cluster's router: its links, and the ruleset of its policy, which its `init` hands to the kernel before any of them comes up. */
export function routerMachineNetwork(policy: Policy): MachineNetwork {
  return {
    ruleset: inBase64(compileRuleset(policy)),
    modules: routerModules,
    ipv6Suffix: null,
    router: routerNetwork(policy),
  };
}

/**
 * A board: the ruleset of its recipe, which says what it may receive and send whoever stands around it.
 * @param hasIpv6 whether it is for a cluster with IPv6; without one it has none
 */
export function boardMachineNetwork(recipe: BoardNeeds, hasIpv6 = false): MachineNetwork {
  return {
    ruleset: inBase64(boardRuleset(recipe, hasIpv6)),
    modules: boardModules,
    ipv6Suffix: hasIpv6 ? boardSuffix : null,
    router: null,
  };
}

function inBase64(ruleset: Ruleset): string {
  return Buffer.from(encodeRuleset(ruleset)).toString('base64');
}

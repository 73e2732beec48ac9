import type { MachineNetwork } from '../../builder/recipe/machine-network.ts';
import { compileRuleset } from '../nft/compile-ruleset.ts';
import { encodeRuleset } from '../nft/encode-ruleset.ts';
import type { Ruleset } from '../nft/model.ts';
import type { Policy } from '../policy/policy.ts';
import { routerNetwork } from './router-network.ts';

/** What a router's ruleset and links need of a kernel with modules: conntrack, limits, counts, the log, address translation, VLANs. */
const routerModules = [
  ...['nf_tables', 'nft_ct', 'nft_limit', 'nft_connlimit', 'nft_log', 'nf_log_syslog'],
  ...['nft_fib_inet', 'nft_chain_nat', 'nft_nat', 'nft_masq', '8021q'],
];

/** A cluster's router: its links, and the ruleset of its policy, which its `init` hands to the kernel before any of them comes up. */
export function routerMachineNetwork(policy: Policy): MachineNetwork {
  return {
    ruleset: inBase64(compileRuleset(policy)),
    modules: routerModules,
    ipv6Suffix: null,
    router: routerNetwork(policy),
  };
}

function inBase64(ruleset: Ruleset): string {
  return Buffer.from(encodeRuleset(ruleset)).toString('base64');
}

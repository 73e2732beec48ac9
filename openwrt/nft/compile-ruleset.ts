import type { Policy } from '../policy/policy.ts';
import { dropChains, dropCounters } from './drop-reasons.ts';
import type { Ruleset } from './model.ts';
import { prune } from './prune.ts';
import { arpTable } from './router/arp.ts';
import { flowSets } from './router/flow-sets.ts';
import { admissionChains, forwardChains } from './router/forward.ts';
import { ingressChains } from './router/ingress.ts';
import { connectionsOfUplink, connectionsPerLink, routerSets } from './router/router-sets.ts';
import { neighbourTargets, routerTrafficChains } from './router/router-traffic.ts';
import { forwardedPorts, translationChains } from './router/translation.ts';

/** Name of the tables. */
export const tableName = 'boardsmith';

/**
 * The ruleset of a router that carries the policy, as docs/router-policy.md describes it packet by packet. Pure. Flows, services and links
 * are elements of sets, so that a packet costs the same few lookups however many there are.
 */
export function compileRuleset(policy: Policy): Ruleset {
  const flows = flowSets(policy);
  return {
    tables: [
      prune({
        family: 'inet',
        name: tableName,
        counters: dropCounters,
        sets: [...routerSets(policy), neighbourTargets(policy), ...flows.sets, ...forwardedPorts(policy)],
        chains: [
          ...ingressChains(policy),
          ...translationChains(policy),
          ...forwardChains(policy),
          ...routerTrafficChains(policy),
          ...admissionChains,
          ...flows.chains,
          ...dropChains,
        ],
      }),
      prune(arpTable(tableName, policy)),
    ],
  };
}

/**
 * How many connections the router's table has to hold (net.netfilter.nf_conntrack_max): every link's share, and room for the router's own
 * and for those that have ended and not yet gone.
 */
export const connectionTableSize = ({ boards, uplink }: Policy): number =>
  boards.length * connectionsPerLink + (uplink === null ? 0 : connectionsOfUplink) + 4096;

import type { ResolvedRecipe } from '../../builder/recipe/resolved-recipe.ts';
import type { Policy } from '../policy/policy.ts';
import { dnsmasqArguments } from './dnsmasq-arguments.ts';
import { dnsmasqSources } from './dnsmasq-sources.ts';

/** Leases and names of 256 boards take a few MiB; a name that is asked for by TCP a child of its own. */
const memoryLimitMiB = 64;

/**
 * The router of a cluster as an appliance like any other: its daemon is dnsmasq, in a cage of its own. What packets it lets through is no
 * affair of this daemon, which may not even look: `init` sends the ruleset to the kernel before it starts.
 */
export function routerRecipe(policy: Policy): ResolvedRecipe {
  const { dns, time } = policy.router;
  const forwards = dns.forwarded.length > 0;
  return {
    name: 'router',
    description: `Router of the cluster ${policy.cluster}: forwards what its policy names`,
    // Nothing of it lies in a folder.
    directory: '/',
    runtime: 'c',
    entry: dnsmasqSources,
    arguments: dnsmasqArguments(policy),
    ports: [
      {
        name: 'dns',
        port: 53,
        protocol: 'udp',
        purpose: 'names of the cluster, and others for boards with a way out',
      },
      { name: 'dns-tcp', port: 53, protocol: 'tcp', purpose: 'the same, where an answer is too long' },
      { name: 'dhcp', port: 67, protocol: 'udp', purpose: 'the address of each board' },
    ],
    environment: {},
    memoryLimitMiB,
    data: null,
    budgets: { program: null },
    health: { kind: 'listen', intervalSeconds: 10, timeoutSeconds: 5, failures: 3 },
    readiness: 'ports',
    startTimeoutSeconds: 30,
    stopTimeoutSeconds: 5,
    needs: { dns: forwards && dns.upstream.length === 0, time: time.upstream.length > 0 },
    connects: forwards
      ? (['tcp', 'udp'] as const).map((protocol) => ({
          name: `dns-${protocol}`,
          protocol,
          ports: [53],
          by: 'address' as const,
          purpose: 'names that boards with a way out ask for',
        }))
      : [],
    capabilities: ['net_bind_service'],
    systemCalls: [],
    unit: { authorities: [], receives: [], settings: [], secrets: [] },
  };
}

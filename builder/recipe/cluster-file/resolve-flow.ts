import {
  compareNetworks,
  type Family,
  formatNetwork,
  type IpNetwork,
  parseNetwork,
} from '../address/ip-network.ts';
import type { ClusterFlow } from '../resolved-cluster.ts';
import { clusterEnd, recipeOf } from './cluster-ends.ts';
import type { ClusterFacts } from './cluster-facts.ts';
import type { ClusterFields, FlowFields } from './cluster-fields.ts';
import { connectionsOf, flowMatch, servicesOf, writtenMatches } from './flow-match.ts';

export type FlowContext = Pick<ClusterFields, 'boards' | 'addressing' | 'uplink'>;

/** A flow of the file without its place; null if it has a mistake, of which a rule speaks. */
export function resolveFlow(
  flow: FlowFields,
  context: FlowContext,
  facts: ClusterFacts,
): Omit<ClusterFlow, 'origin'> | null {
  const from = clusterEnd(flow.from, context.boards);
  const to = clusterEnd(flow.to, context.boards);
  if (from?.kind !== 'boards' || to === null || writtenMatches(flow).length !== 1) return null;
  const recipe = recipeOf(to.kind === 'uplink' ? from.group : to.group, facts);
  if (recipe === null && flow.service !== null) return null;
  const services = recipe === null ? [] : to.kind === 'uplink' ? connectionsOf(recipe) : servicesOf(recipe);
  const match = flowMatch(flow, services);
  const networks = sortedNetworks(flow.networks ?? []);
  if (match === null || networks === null) return null;
  const possible = possibleFamilies(flow, context, networks);
  return {
    from: from.names,
    to:
      to.kind === 'uplink'
        ? { kind: 'uplink', networks: networks.map(formatNetwork) }
        : { kind: 'boards', names: to.names },
    service: flow.service,
    match,
    families: possible.filter((family) => flow.families?.includes(family) ?? true),
    rate: flow.rate,
  };
}

/** Families that both ends of a flow have. */
export function possibleFamilies(
  flow: FlowFields,
  { addressing, uplink }: FlowContext,
  networks: readonly IpNetwork[],
): Family[] {
  const toUplink = flow.to === 'uplink';
  const ipv6 = addressing.ipv6 !== null && (!toUplink || (uplink !== null && uplink.ipv6 !== null));
  return (['ipv4', 'ipv6'] as const)
    .filter((family) => family === 'ipv4' || ipv6)
    .filter((family) => networks.length === 0 || networks.some((network) => network.family === family));
}

/** Sorted, without those that lie in another; null if one of them is none. */
export function sortedNetworks(texts: readonly string[]): IpNetwork[] | null {
  const networks = texts.map(parseNetwork);
  if (networks.includes(null)) return null;
  return (networks as IpNetwork[]).sort(compareNetworks);
}

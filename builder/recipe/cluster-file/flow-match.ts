import { joinRanges, type PortRange } from '../address/port-range.ts';
import type { FlowMatch } from '../resolved-cluster.ts';
import type { ResolvedRecipe } from '../resolved-recipe.ts';
import type { FlowFields } from './cluster-fields.ts';

/** The fields of which a flow has one. */
export const matchFields = ['service', 'tcp', 'udp', 'tcpRange', 'udpRange', 'icmp'] as const;

export function writtenMatches(flow: FlowFields): (typeof matchFields)[number][] {
  return matchFields.filter((field) => flow[field] !== null);
}

/** What a recipe offers, or for the way out what it connects to, under one name. */
export interface NamedService {
  readonly name: string;
  readonly protocol: 'tcp' | 'udp';
  readonly ports: readonly PortRange[];
}

/** What a flow may name as its service. */
export function servicesOf({ ports }: Pick<ResolvedRecipe, 'ports'>): NamedService[] {
  return ports.map(({ name, protocol, port }) => ({ name, protocol, ports: [onePort(port)] }));
}

/** What a flow to the uplink may name as its service. */
export function connectionsOf({ connects }: Pick<ResolvedRecipe, 'connects'>): NamedService[] {
  return connects.map(({ name, protocol, ports }) => ({
    name,
    protocol,
    ports: joinRanges(ports.map(onePort)),
  }));
}

/** @param services what `flow.service` may name @returns null if it names none, or a range counts down */
export function flowMatch(flow: FlowFields, services: readonly NamedService[]): FlowMatch | null {
  if (flow.icmp !== null) return { protocol: 'icmp-echo' };
  if (flow.service !== null) {
    const service = services.find(({ name }) => name === flow.service);
    return service === undefined ? null : { protocol: service.protocol, ports: service.ports };
  }
  const protocol = flow.tcp !== null || flow.tcpRange !== null ? 'tcp' : 'udp';
  const listed = flow.tcp ?? flow.udp;
  if (listed !== null) return { protocol, ports: joinRanges(listed.map(onePort)) };
  const range = portRangeOf(flow.tcpRange ?? flow.udpRange ?? '');
  return range === null ? null : { protocol, ports: [range] };
}

/** @param text `8000..8010` @returns null if it does not count up to 65535 at most */
export function portRangeOf(text: string): PortRange | null {
  const [first, last] = text.split('..').map(Number);
  return first !== undefined && last !== undefined && first < last && last <= 65535 ? { first, last } : null;
}

function onePort(port: number): PortRange {
  return { first: port, last: port };
}

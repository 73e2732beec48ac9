import {
  contains,
  type IpNetwork,
  parseAddress,
  parseNetwork,
} from '../../builder/recipe/address/ip-network.ts';
import {
  martiansIpv4,
  martiansIpv6,
  privateIpv4,
  privateIpv6,
} from '../../builder/recipe/address/special-purpose-addresses.ts';
import type { Policy, PortRange } from '../../openwrt/policy/policy.ts';
import { uplinkName } from './cables.ts';

/** The first packet of a connection, sent by whom its source says. */
export interface FirstPacket {
  /** Cable that it comes in by: a board's name or `uplink`. */
  readonly from: string;
  readonly source: string;
  readonly destination: string;
  readonly protocol: 'tcp' | 'udp' | 'icmp-echo';
  /** 0 for an echo. */
  readonly port: number;
}

/** Which flow or forward lets a packet pass, and the cable that it leaves by. */
export interface Passage {
  readonly flow: string;
  readonly cable: string;
}

const networks = (texts: readonly string[]): IpNetwork[] => texts.map((text) => parseNetwork(text)!);
const martians = networks([...martiansIpv4, ...martiansIpv6]);
const notGlobal = networks([...privateIpv4, ...privateIpv6]);

/**
 * The passage of a packet by the policy's own words (docs/router-policy.md, section 3), or null: made neither from the ruleset nor from its proof.
 * @param routerOutside the router's IPv4 address on the uplink
 */
export function flowOfPacket(
  policy: Policy,
  packet: FirstPacket,
  routerOutside: string | null,
): Passage | null {
  if (packet.from === uplinkName) return forwardOf(policy, packet, routerOutside);
  const family = packet.source.includes(':') ? 'ipv6' : 'ipv4';
  for (const flow of policy.flows) {
    if (flow.from.name !== packet.from || flow.family !== family) continue;
    if (flow.match.protocol !== packet.protocol) continue;
    if ('ports' in flow.match && !hasPort(flow.match.ports, packet.port)) continue;
    if (flow.to.kind === 'board') {
      const { name } = flow.to;
      const target = policy.boards.find((board) => board.name === name);
      if (target?.[family]?.board === packet.destination) return { flow: flow.id, cable: name };
    } else if (reaches(policy, flow.to.networks, packet.destination)) {
      return { flow: flow.id, cable: uplinkName };
    }
  }
  return null;
}

function forwardOf(policy: Policy, packet: FirstPacket, routerOutside: string | null): Passage | null {
  if (packet.destination !== routerOutside || !isForeign(policy, packet.source)) return null;
  const forward = policy.forwards.find(
    ({ protocol, port, sources }) =>
      protocol === packet.protocol &&
      port === packet.port &&
      (sources.length === 0 || within(networks(sources), packet.source)),
  );
  return forward === undefined ? null : { flow: forward.id, cable: forward.to.name };
}

/** Whether a flow to the uplink with these networks covers an address. */
function reaches(policy: Policy, named: readonly string[], address: string): boolean {
  if (!isForeign(policy, address)) return false;
  return named.length > 0 ? within(networks(named), address) : !within(notGlobal, address);
}

/** Neither a martian nor one of the cluster's own. */
function isForeign(policy: Policy, address: string): boolean {
  return !within(martians, address) && !within(ownNetworks(policy), address);
}

export function ownNetworks(policy: Policy): IpNetwork[] {
  return policy.boards
    .flatMap(({ ipv4, ipv6 }) => (ipv6 === null ? [ipv4] : [ipv4, ipv6]))
    .map(({ router, prefixLength }) => parseNetwork(`${router}/${prefixLength}`)!);
}

function within(list: readonly IpNetwork[], address: string): boolean {
  const parsed = parseAddress(address)!;
  return list.some((network) => contains(network, parsed));
}

function hasPort(ports: readonly PortRange[], port: number): boolean {
  return ports.some(({ first, last }) => first <= port && port <= last);
}

import {
  martiansIpv4,
  martiansIpv6,
  privateIpv4,
  privateIpv6,
} from '../../../builder/recipe/address/special-purpose-addresses.ts';
import type { ManagementAccess, Policy, SegmentAddresses } from '../../policy/policy.ts';
import type { FieldName } from '../fields.ts';
import type { Element, NamedSet } from '../model.ts';
import { countingSet, exactSet, intervalSet } from '../named-sets.ts';
import { type AddressRange, addressRange, mergeRanges, rangeKey, rangesOfFamily } from './address-range.ts';
import { type Family, families } from './family.ts';
import { boardNamed, boardsWithIpv6, linkLocalAddress, ownNetworks } from './link-addresses.ts';

/** Connections that a board may have open at one time. */
export const connectionsPerLink = 1024;
/** Connections that the uplink may have opened to boards and router at one time. */
export const connectionsOfUplink = 4096;

/** ICMP errors a second, of each link and of the router: enough for path MTU discovery, too few to flood anyone. */
export const errorRate = { perSecond: 20, burst: 40 } as const;

/** Sets of what the router knows of its links and serves, empty ones too; the flows have their own. */
export function routerSets(policy: Policy): NamedSet[] {
  return [...kindsOfPackets, ...linkSets(policy), ...uplinkSets(policy), ...serviceSets(policy)];
}

const dhcpPorts: FieldName[] = ['udp sport', 'udp dport'];

/** Which do not depend on a policy. */
const kindsOfPackets: readonly NamedSet[] = [
  exactSet('protocols_ipv4', ['meta l4proto'], [['icmp'], ['tcp'], ['udp']]),
  exactSet('protocols_ipv6', ['ip6 nexthdr'], [['tcp'], ['udp'], ['ipv6-icmp']]),
  exactSet(
    'errors_ipv4',
    ['icmp type'],
    [['destination-unreachable'], ['time-exceeded'], ['parameter-problem']],
  ),
  exactSet(
    'errors_ipv6',
    ['icmpv6 type'],
    [['destination-unreachable'], ['packet-too-big'], ['time-exceeded'], ['parameter-problem']],
  ),
  // RFC 2131
  exactSet('dhcp_to_server', dhcpPorts, [[68, 67]]),
  exactSet('dhcp_to_client', dhcpPorts, [[67, 68]]),
  // RFC 4861: what hosts send to a router, what a router sends to hosts, and what has no source address yet
  exactSet(
    'neighbour_of_host',
    ['icmpv6 type'],
    [['nd-router-solicit'], ['nd-neighbor-solicit'], ['nd-neighbor-advert']],
  ),
  exactSet(
    'neighbour_of_router',
    ['icmpv6 type'],
    [['nd-router-advert'], ['nd-neighbor-solicit'], ['nd-neighbor-advert']],
  ),
  exactSet('neighbour_without_address', ['icmpv6 type'], [['nd-router-solicit'], ['nd-neighbor-solicit']]),
];

/** Who is on which link. */
function linkSets(policy: Policy): NamedSet[] {
  const { boards, uplink } = policy;
  const withIpv6 = boardsWithIpv6(policy);
  return [
    exactSet(
      'links_ipv4',
      ['meta iifname', 'ether saddr', 'ip saddr'],
      boards.map(({ device, mac, ipv4 }) => [device, mac, ipv4.board]),
    ),
    exactSet(
      'links_ipv6',
      ['meta iifname', 'ether saddr', 'ip6 saddr'],
      withIpv6.map(({ device, mac, ipv6 }) => [device, mac, ipv6.board]),
    ),
    exactSet(
      'addresses_ipv6',
      ['meta iifname', 'ip6 saddr'],
      withIpv6.map(({ device, ipv6 }) => [device, ipv6.board]),
    ),
    exactSet(
      'boards_ipv4',
      ['ip saddr'],
      boards.map(({ ipv4 }) => [ipv4.board]),
    ),
    exactSet(
      'boards_ipv6',
      ['ip6 saddr'],
      withIpv6.map(({ ipv6 }) => [ipv6.board]),
    ),
    exactSet(
      'neighbours',
      ['meta iifname', 'ether saddr', 'ip6 saddr'],
      withIpv6.flatMap(({ device, mac, ipv6 }) =>
        [ipv6.board, linkLocalAddress(mac)].map((address) => [device, mac, address]),
      ),
    ),
    exactSet(
      'neighbours_without_address',
      ['meta iifname', 'ether saddr'],
      withIpv6.map(({ device, mac }) => [device, mac]),
    ),
    intervalSet(
      'neighbour_destinations',
      ['meta oifname', 'ip6 daddr'],
      withIpv6.flatMap(({ device, mac, ipv6 }) =>
        // All nodes, and solicited nodes: RFC 4291, 2.7.1
        [ipv6.board, linkLocalAddress(mac), 'ff02::1', 'ff02::1:ff00:0/104'].map((address) => [
          device,
          address,
        ]),
      ),
    ),
    exactSet(
      'dhcp_clients',
      ['meta iifname', 'ether saddr', 'ip saddr', 'ip daddr'],
      boards.flatMap(({ device, mac, ipv4 }) =>
        ['0.0.0.0', ipv4.board].map((address) => [device, mac, address, '255.255.255.255']),
      ),
    ),
    exactSet(
      'dhcp_requests',
      ['meta iifname', 'ip saddr', 'ip daddr'],
      boards.flatMap(({ device, ipv4 }) => [
        [device, '0.0.0.0', '255.255.255.255'],
        [device, ipv4.board, '255.255.255.255'],
        [device, ipv4.board, ipv4.router],
      ]),
    ),
    exactSet(
      'dhcp_answers',
      ['meta oifname', 'ip saddr', 'ip daddr'],
      boards.flatMap(({ device, ipv4 }) =>
        [ipv4.board, '255.255.255.255'].map((address) => [device, ipv4.router, address]),
      ),
    ),
    {
      ...exactSet(
        'errors_of_link',
        ['meta iifname'],
        [...boards, ...(uplink === null ? [] : [uplink])].map(({ device }) => [device]),
      ),
      each: { kind: 'rate-over', ...errorRate },
    },
    connectionSet(
      'connections',
      connectionsPerLink,
      boards.map(({ device }) => device),
    ),
    connectionSet('connections_of_uplink', connectionsOfUplink, uplink === null ? [] : [uplink.device]),
  ];
}

const connectionSet = (name: string, count: number, devices: readonly string[]): NamedSet => ({
  ...exactSet(
    name,
    ['meta iifname'],
    devices.map((device) => [device]),
  ),
  each: { kind: 'connections-over', count },
});

/** Addresses that have no business on the uplink. */
function uplinkSets(policy: Policy): NamedSet[] {
  const device = policy.uplink?.device;
  const special = {
    ipv4: { martians: martiansIpv4, local: privateIpv4 },
    ipv6: { martians: martiansIpv6, local: privateIpv6 },
  };
  return families.flatMap((family) => {
    const own = ownNetworks(policy, family.name);
    const { martians, local } = special[family.name];
    const set = (name: string, ranges: readonly AddressRange[]): NamedSet =>
      intervalSet(
        `${name}_${family.name}`,
        ['meta iifname', family.source],
        device === undefined ? [] : mergeRanges(ranges).map((range) => [device, rangeKey(range)]),
      );
    return [
      set('own', own),
      set('refused', [...own, ...martians.map(addressRange)]),
      set('not_global', [...own, ...[...martians, ...local].map(addressRange)]),
    ];
  });
}

/** Who may use what the router itself serves, and whom it asks. */
function serviceSets(policy: Policy): NamedSet[] {
  const { dns, time, management } = policy.router;
  const served = (family: Family, protocol: 'tcp' | 'udp'): Element[] => [
    ...dns.local.flatMap((name) => service(policy, family, name, 53, `dns_${labelOf(name)}`)),
    ...(protocol === 'udp'
      ? time.served.flatMap((name) => service(policy, family, name, 123, `time_${labelOf(name)}`))
      : management.flatMap(({ from, port, id }) =>
          from.kind === 'board' ? service(policy, family, from.name, port, id) : [],
        )),
  ];
  const asked = (family: Family, protocol: 'tcp' | 'udp'): Element[] => [
    ...(dns.forwarded.length === 0 ? [] : upstream(family, dns.upstream, 53, 'dns_upstream')),
    ...(protocol === 'udp' ? upstream(family, time.upstream, 123, 'time_upstream') : []),
  ];
  return families.flatMap((family) => [
    ...(['tcp', 'udp'] as const).flatMap((protocol) => [
      countingSet(
        `services_${protocol}_${family.name}`,
        ['meta iifname', family.source, family.destination, `${protocol} dport`],
        false,
        served(family, protocol),
      ),
      countingSet(
        `upstream_${protocol}_${family.name}`,
        [family.destination, `${protocol} dport`],
        false,
        asked(family, protocol),
      ),
    ]),
    countingSet(
      `management_${family.name}`,
      ['meta iifname', family.source, 'tcp dport'],
      true,
      policy.uplink === null ? [] : managementElements(policy.uplink.device, family, management),
    ),
  ]);
}

/** A board's name in the form of a flow's id. */
const labelOf = (name: string): string => name.replaceAll('-', '_');

function service(policy: Policy, family: Family, name: string, port: number, comment: string): Element[] {
  const board = boardNamed(policy, name);
  const addresses: SegmentAddresses | null = board[family.name];
  if (addresses === null) return [];
  return [{ key: [board.device, addresses.board, addresses.router, port], comment }];
}

const upstream = (family: Family, addresses: readonly string[], port: number, comment: string): Element[] =>
  addresses
    .filter((address) => addressRange(address).family === family.name)
    .map((address) => ({ key: [address, port], comment }));

function managementElements(
  device: string,
  family: Family,
  management: readonly ManagementAccess[],
): Element[] {
  const any = { ipv4: '0.0.0.0/0', ipv6: '::/0' }[family.name];
  return management.flatMap(({ from, port, id }) => {
    if (from.kind !== 'uplink') return [];
    const networks = from.networks.length === 0 ? [any] : from.networks;
    return rangesOfFamily(networks, family.name).map((range) => ({
      key: [device, rangeKey(range), port],
      comment: id,
    }));
  });
}

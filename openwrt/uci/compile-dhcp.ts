import { clusterDomain } from '../policy/cluster-domain.ts';
import type { BoardLink, Policy } from '../policy/policy.ts';
import type { UciSection } from './model/uci-section.ts';
import { hostAddress, hostName, macAddress } from './model/uci-values.ts';
import { zoneOfBoard } from './zone-of.ts';

/**
 * /etc/config/dhcp: two resolvers, since one answers all who may ask it alike. `names` knows the cluster's names only; `resolver` also asks out
 * there, and serves the boards with a flow to the uplink. Both lease each board its one address, and nobody else any.
 */
export function compileDhcp({ boards, uplink, router }: Policy): UciSection[] {
  const { dns } = router;
  const asking = boards.filter(({ name }) => dns.forwarded.includes(name));
  const others = boards.filter(({ name }) => !dns.forwarded.includes(name));
  return [
    ...(others.length > 0 ? [resolver('names', others, asking, 'own names only')] : []),
    ...(asking.length > 0 ? [resolver('resolver', asking, others, 'all names')] : []),
    ...boards.flatMap((board) => leases(board, asking.includes(board) ? 'resolver' : 'names')),
    ...(uplink === null
      ? []
      : [
          {
            type: 'dhcp',
            name: 'uplink',
            options: [
              ['interface', 'uplink'],
              ['ignore', '1'],
            ],
          } satisfies UciSection,
        ]),
    {
      type: 'odhcpd',
      name: 'odhcpd',
      options: [
        // dnsmasq serves DHCPv4; odhcpd sends router advertisements and nothing else.
        ['maindhcp', '0'],
        ['loglevel', '4'],
      ],
    },
  ];
}

function resolver(
  name: string,
  served: readonly BoardLink[],
  others: readonly BoardLink[],
  answers: 'own names only' | 'all names',
): UciSection {
  const zones = (boards: readonly BoardLink[]) => boards.map((board) => zoneOfBoard(board.name));
  return {
    type: 'dnsmasq',
    name,
    options: [
      ['domain', hostName(clusterDomain)],
      ['local', `/${hostName(clusterDomain)}/`],
      ['expandhosts', '1'],
      ['authoritative', '1'],
      ['domainneeded', '1'],
      ['boguspriv', '1'],
      ['rebind_protection', '1'],
      ['localservice', '1'],
      // Bound to its own addresses: two of them share the machine.
      ['nonwildcard', '1'],
      ['noresolv', answers === 'own names only' ? '1' : '0'],
      ...(answers === 'own names only'
        ? []
        : ([['resolvfile', '/tmp/resolv.conf.d/resolv.conf.auto']] as const)),
      ['leasefile', `/tmp/dhcp.leases.${name}`],
      ['interface', zones(served)],
      ['notinterface', ['loopback', 'uplink', ...zones(others)]],
    ],
  };
}

function leases({ name, mac, ipv4, ipv6 }: BoardLink, instance: 'names' | 'resolver'): UciSection[] {
  const zone = zoneOfBoard(name);
  return [
    {
      type: 'dhcp',
      name: zone,
      options: [
        ['interface', zone],
        ['instance', instance],
        ['dhcpv4', 'server'],
        // Only who is named below gets an address; the pool that OpenWrt would take by itself lies beyond so small a network.
        ['dynamicdhcp', '0'],
        ['start', '2'],
        ['limit', '1'],
        ['leasetime', '1h'],
        ['force', '1'],
        ['ra', ipv6 === null ? 'disabled' : 'server'],
        // The router is the way to the other segments, also where it has no way out itself.
        ...(ipv6 === null ? [] : ([['ra_default', '2']] as const)),
        ['dhcpv6', 'disabled'],
        ['ndp', 'disabled'],
      ],
    },
    {
      type: 'host',
      name: null,
      options: [
        ['name', hostName(name)],
        ['dns', '1'],
        ['mac', [macAddress(mac)]],
        ['ip', hostAddress(ipv4.board)],
      ],
    },
    ...(ipv6 === null
      ? []
      : [
          {
            type: 'domain',
            name: null,
            options: [
              ['name', hostName(name)],
              ['ip', hostAddress(ipv6.board)],
            ],
          } satisfies UciSection,
        ]),
  ];
}

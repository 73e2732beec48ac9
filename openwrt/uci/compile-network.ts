import type { BoardLink, Policy, UplinkLink } from '../policy/policy.ts';
import type { UciSection } from './model/uci-section.ts';
import { deviceName, hostAddress, userName } from './model/uci-values.ts';
import { zoneOfBoard } from './zone-of.ts';

/** /etc/config/network: one interface for each board, none of them in a bridge, and the uplink. */
export function compileNetwork({ boards, uplink, router }: Policy): UciSection[] {
  return [
    {
      type: 'interface',
      name: 'loopback',
      options: [
        ['device', 'lo'],
        ['proto', 'static'],
        ['ipaddr', ['127.0.0.1/8']],
      ],
    },
    ...boards.flatMap(vlanDevice),
    ...boards.map(boardInterface),
    ...(uplink === null ? [] : uplinkInterfaces(uplink, router.dns.upstream)),
  ];
}

function vlanDevice({ device, attachment }: BoardLink): UciSection[] {
  if (attachment.kind === 'port') return [];
  return [
    {
      type: 'device',
      name: null,
      options: [
        ['type', '8021q'],
        ['ifname', deviceName(attachment.trunk)],
        ['vid', String(attachment.id)],
        ['name', deviceName(device)],
      ],
    },
  ];
}

function boardInterface({ name, device, ipv4, ipv6 }: BoardLink): UciSection {
  return {
    type: 'interface',
    name: zoneOfBoard(name),
    options: [
      ['device', deviceName(device)],
      ['proto', 'static'],
      ['ipaddr', [`${hostAddress(ipv4.router)}/${ipv4.prefixLength}`]],
      ...(ipv6 === null
        ? []
        : ([['ip6addr', [`${hostAddress(ipv6.router)}/${ipv6.prefixLength}`]]] as const)),
      // No part of a delegated prefix: the file says which addresses there are.
      ['delegate', '0'],
    ],
  };
}

function uplinkInterfaces({ device, ipv4, ipv6 }: UplinkLink, resolvers: readonly string[]): UciSection[] {
  const dns: UciSection['options'] = [
    ['peerdns', resolvers.length > 0 ? '0' : '1'],
    ...(resolvers.length > 0 ? ([['dns', resolvers.map(hostAddress)]] as const) : []),
  ];
  const port = deviceName(ipv4.kind === 'pppoe' ? ipv4.port : device);
  const staticIpv6: UciSection['options'] =
    ipv6?.kind === 'static'
      ? [
          ['ip6addr', [`${hostAddress(ipv6.address)}/${ipv6.prefixLength}`]],
          ['ip6gw', hostAddress(ipv6.gateway)],
        ]
      : [];
  const first: UciSection = {
    type: 'interface',
    name: 'uplink',
    options: [['device', port], ...ipv4Options(ipv4), ...staticIpv6, ...dns],
  };
  if (ipv6?.kind !== 'router-advertisement') return [first];
  return [
    first,
    {
      type: 'interface',
      name: 'uplink6',
      options: [
        ['device', ipv4.kind === 'pppoe' ? '@uplink' : port],
        ['proto', 'dhcpv6'],
        // The advertised prefix alone: neither an address nor a prefix is asked for.
        ['reqaddress', 'none'],
        ['reqprefix', 'no'],
        ...dns,
      ],
    },
  ];
}

function ipv4Options(ipv4: UplinkLink['ipv4']): UciSection['options'] {
  switch (ipv4.kind) {
    case 'dhcp':
      return [['proto', 'dhcp']];
    case 'static':
      return [
        ['proto', 'static'],
        ['ipaddr', [`${hostAddress(ipv4.address)}/${ipv4.prefixLength}`]],
        ['gateway', hostAddress(ipv4.gateway)],
      ];
    case 'pppoe':
      return [
        ['proto', 'pppoe'],
        ['username', userName(ipv4.user)],
        // The password is given when a unit is burnt. netifd gives pppd an empty one first; of two the last counts.
        ['pppd_options', 'file /tmp/boardsmith/pppoe-secret'],
        ['ipv6', '0'],
      ];
  }
}

import { outermostNetworks } from '../../builder/recipe/address/ip-network.ts';
import { linkLocalAddress } from '../../builder/recipe/address/link-local-address.ts';
import {
  martiansIpv4,
  martiansIpv6,
  privateIpv4,
  privateIpv6,
} from '../../builder/recipe/address/special-purpose-addresses.ts';
import { ownNetworks } from '../policy/own-networks.ts';
import type { BoardLink, Flow, ManagementAccess, Policy, PortForward, UplinkLink } from '../policy/policy.ts';
import { forwardIncludes, needsIncludes } from './forward-includes.ts';
import type { AddressMatch, IcmpType, ProtocolMatch, Some } from './model/firewall-match.ts';
import type {
  FirewallConfig,
  ForwardRule,
  InputRule,
  OutputRule,
  Redirect,
  Zone,
} from './model/firewall-sections.ts';
import {
  deviceName,
  hostAddress,
  macAddress,
  networkAddress,
  portText,
  ruleName,
} from './model/uci-values.ts';
import { uplinkZone, zoneOfBoard } from './zone-of.ts';

type Family = 'ipv4' | 'ipv6';

/** What of a policy firewall4 can hold: which connections may begin. Every rule carries the sender's address and MAC. */
export function compileFirewall(policy: Policy): FirewallConfig {
  const { boards, uplink } = policy;
  const known = new Map(boards.map((board) => [board.name, board]));
  const internet = {
    ipv4: outsideOf(policy, 'ipv4', 'not global'),
    ipv6: outsideOf(policy, 'ipv6', 'not global'),
  };
  return {
    zones: [...(uplink === null ? [] : [uplinkZoneSection(uplink)]), ...boards.map(boardZoneSection)],
    rules: [
      ...policy.flows.map((flow) => forwardRule(flow, known, internet)),
      ...boards.flatMap((board) => boardRules(board, policy)),
      ...(uplink === null ? [] : uplinkRules(uplink, policy)),
      ...policy.router.management.flatMap((access) => managementRules(access, policy)),
    ],
    redirects: needsIncludes(policy) ? [] : policy.forwards.map((forward) => redirect(forward, policy)),
    includes: needsIncludes(policy) ? forwardIncludes : [],
  };
}

function uplinkZoneSection({ device, ipv6 }: UplinkLink): Zone {
  return {
    name: uplinkZone,
    device: deviceName(device),
    masquerade: ipv6 === null ? ['ipv4'] : ['ipv4', 'ipv6'],
  };
}

function boardZoneSection({ name, device }: BoardLink): Zone {
  return { name: zoneOfBoard(name), device: deviceName(device), masquerade: [] };
}

function forwardRule(
  { id, family, from, to, match, rate }: Flow,
  boards: ReadonlyMap<string, BoardLink>,
  internet: Readonly<Record<Family, AddressMatch>>,
): ForwardRule {
  const sender = boards.get(from.name)!;
  return {
    kind: 'forward',
    name: ruleName(id),
    src: zoneOfBoard(from.name),
    dest: to.kind === 'uplink' ? uplinkZone : zoneOfBoard(to.name),
    family,
    srcIp: one(sender[family]!.board),
    srcMac: macAddress(sender.mac),
    destIp:
      to.kind === 'board'
        ? one(boards.get(to.name)![family]!.board)
        : to.networks.length === 0
          ? internet[family]
          : { of: some(to.networks.map(networkAddress)) },
    match:
      match.protocol === 'icmp-echo'
        ? { proto: 'icmp', icmpType: ['echo-request'] }
        : {
            proto: match.protocol,
            destPort: some(match.ports.map(({ first, last }) => portText(first, last))),
          },
    limit: rate,
  };
}

function boardRules(board: BoardLink, { router }: Policy): (InputRule | OutputRule)[] {
  const { name, mac, ipv4 } = board;
  const zone = zoneOfBoard(name);
  const from = { kind: 'input', src: zone, srcMac: macAddress(mac) } as const;
  const families = (['ipv4', 'ipv6'] as const).filter((family) => board[family] !== null);
  const served = (service: string, proto: 'tcp' | 'udp', port: number): InputRule[] =>
    families.map((family) => ({
      ...from,
      name: ruleName(`${zone}__router__${service}__${family === 'ipv4' ? 'v4' : 'v6'}`),
      family,
      srcIp: one(board[family]!.board),
      destIp: one(board[family]!.router),
      match: { proto, destPort: [portText(port)] },
    }));
  return [
    {
      ...from,
      name: ruleName(`${zone}__router__dhcp`),
      family: 'ipv4',
      srcIp: { of: [hostAddress('0.0.0.0'), hostAddress(ipv4.board)] },
      destIp: { of: [hostAddress('255.255.255.255'), hostAddress(ipv4.router)] },
      match: { proto: 'udp', srcPort: portText(68), destPort: [portText(67)] },
    },
    {
      kind: 'output',
      name: ruleName(`router__${zone}__dhcp`),
      dest: zone,
      family: 'ipv4',
      destIp: { of: [hostAddress('255.255.255.255'), hostAddress(ipv4.board)] },
      match: { proto: 'udp', srcPort: portText(67), destPort: [portText(68)] },
    },
    ...(board.ipv6 === null ? [] : neighbourRules(board, board.ipv6.board)),
    ...(router.dns.local.includes(name)
      ? [...served('dns_udp', 'udp', 53), ...served('dns_tcp', 'tcp', 53)]
      : []),
    ...(router.time.served.includes(name) ? served('time', 'udp', 123) : []),
  ];
}

function neighbourRules({ name, mac }: BoardLink, address: string): (InputRule | OutputRule)[] {
  const zone = zoneOfBoard(name);
  return [
    {
      kind: 'input',
      name: ruleName(`${zone}__router__neighbours`),
      src: zone,
      family: 'ipv6',
      srcIp: { of: [hostAddress(address), hostAddress(linkLocalAddress(mac)), hostAddress('::')] },
      srcMac: macAddress(mac),
      destIp: null,
      match: icmp('router-solicitation', 'neighbour-solicitation', 'neighbour-advertisement'),
    },
    {
      kind: 'output',
      name: ruleName(`router__${zone}__neighbours`),
      dest: zone,
      family: 'ipv6',
      destIp: null,
      match: icmp('router-advertisement', 'neighbour-solicitation', 'neighbour-advertisement'),
    },
  ];
}

function uplinkRules({ ipv4, ipv6 }: UplinkLink, policy: Policy): (InputRule | OutputRule)[] {
  const { dns, time } = policy.router;
  const to = (
    service: string,
    proto: 'tcp' | 'udp',
    port: number,
    addresses: readonly string[],
  ): OutputRule[] => {
    const families = (['ipv4', 'ipv6'] as const).filter((family) => family === 'ipv4' || ipv6 !== null);
    return families.flatMap((family): OutputRule[] => {
      const named = addresses.filter((text) => text.includes(':') === (family === 'ipv6'));
      if (addresses.length > 0 && named.length === 0) return [];
      return [
        {
          kind: 'output',
          name: ruleName(`router__uplink__${service}__${family === 'ipv4' ? 'v4' : 'v6'}`),
          dest: uplinkZone,
          family,
          destIp:
            named.length > 0 ? { of: some(named.map(hostAddress)) } : outsideOf(policy, family, 'martian'),
          match: { proto, destPort: [portText(port)] },
        },
      ];
    });
  };
  const asks = dns.forwarded.length > 0;
  return [
    ...(ipv4.kind === 'dhcp' ? dhcpClientRules(policy) : []),
    ...(ipv6 === null ? [] : uplinkNeighbourRules(ipv6.kind === 'router-advertisement')),
    ...(asks ? [...to('dns_udp', 'udp', 53, dns.upstream), ...to('dns_tcp', 'tcp', 53, dns.upstream)] : []),
    ...(time.upstream.length > 0 ? to('time', 'udp', 123, time.upstream) : []),
  ];
}

/** The uplink address is not known: what comes in to port 68 is for the client, whatever its address. */
function dhcpClientRules(policy: Policy): (InputRule | OutputRule)[] {
  return [
    {
      kind: 'input',
      name: ruleName('uplink__router__dhcp'),
      src: uplinkZone,
      family: 'ipv4',
      srcIp: null,
      srcMac: null,
      destIp: null,
      match: { proto: 'udp', srcPort: portText(67), destPort: [portText(68)] },
    },
    {
      kind: 'output',
      name: ruleName('router__uplink__dhcp'),
      dest: uplinkZone,
      family: 'ipv4',
      destIp: { except: some(ownNetworks(policy.boards, 'ipv4').map(networkAddress)) },
      match: { proto: 'udp', srcPort: portText(68), destPort: [portText(67)] },
    },
  ];
}

function uplinkNeighbourRules(advertised: boolean): (InputRule | OutputRule)[] {
  return [
    {
      kind: 'input',
      name: ruleName('uplink__router__neighbours'),
      src: uplinkZone,
      family: 'ipv6',
      srcIp: null,
      srcMac: null,
      destIp: null,
      match: icmp('neighbour-solicitation', 'neighbour-advertisement'),
    },
    ...(advertised
      ? [
          {
            kind: 'input',
            name: ruleName('uplink__router__advertisements'),
            src: uplinkZone,
            family: 'ipv6',
            srcIp: { of: [networkAddress('fe80::/10')] },
            srcMac: null,
            destIp: null,
            match: icmp('router-advertisement'),
          } as const,
        ]
      : []),
    {
      kind: 'output',
      name: ruleName('router__uplink__neighbours'),
      dest: uplinkZone,
      family: 'ipv6',
      destIp: null,
      match: advertised
        ? icmp('router-solicitation', 'neighbour-solicitation', 'neighbour-advertisement')
        : icmp('neighbour-solicitation', 'neighbour-advertisement'),
    },
  ];
}

/** One rule for each family in which the access can be: networks of the other family alone leave nobody in this one. */
function managementRules({ id, from, port }: ManagementAccess, policy: Policy): InputRule[] {
  const rules = (of: (family: Family) => Pick<InputRule, 'src' | 'srcIp' | 'srcMac' | 'destIp'> | null) =>
    (['ipv4', 'ipv6'] as const).flatMap((family): InputRule[] => {
      const ends = of(family);
      if (ends === null) return [];
      const name = ruleName(`${id}__${family === 'ipv4' ? 'v4' : 'v6'}`);
      return [{ kind: 'input', name, family, ...ends, match: { proto: 'tcp', destPort: [portText(port)] } }];
    });
  if (from.kind === 'board') {
    const board = boardOf(policy, from.name);
    return rules((family) => {
      const addresses = board[family];
      return addresses === null
        ? null
        : {
            src: zoneOfBoard(from.name),
            srcIp: one(addresses.board),
            srcMac: macAddress(board.mac),
            destIp: one(addresses.router),
          };
    });
  }
  return rules((family) => {
    const uplink = policy.uplink![family];
    const named = from.networks.filter((text) => text.includes(':') === (family === 'ipv6'));
    if (uplink === null || (from.networks.length > 0 && named.length === 0)) return null;
    return {
      src: uplinkZone,
      srcIp: sources(named, policy, family),
      srcMac: null,
      // Of IPv6 there may be no own networks to leave out.
      destIp:
        uplink.kind === 'static'
          ? one(uplink.address)
          : outsideOf(policy, family, family === 'ipv4' ? 'own' : 'martian'),
    };
  });
}

/** Only for an uplink whose address is known. */
function redirect({ id, protocol, port, to, sources: from, rate }: PortForward, policy: Policy): Redirect {
  const { ipv4 } = policy.uplink!;
  if (ipv4.kind !== 'static') throw new Error('a redirect without the uplink’s address opens all addresses');
  return {
    name: ruleName(id),
    src: uplinkZone,
    dest: zoneOfBoard(to.name),
    srcIp: sources(from, policy, 'ipv4'),
    srcDip: hostAddress(ipv4.address),
    proto: protocol,
    srcDport: portText(port),
    destIp: hostAddress(boardOf(policy, to.name).ipv4.board),
    destPort: portText(to.port),
    limit: rate,
  };
}

/** @param networks of the family; empty: whoever is neither a martian nor says to be of the cluster */
function sources(networks: readonly string[], policy: Policy, family: Family): AddressMatch {
  return networks.length > 0
    ? { of: some(networks.map(networkAddress)) }
    : outsideOf(policy, family, 'martian');
}

/** All addresses but the cluster's own, and but those that are dropped out there, and but those that are not of the public internet. */
function outsideOf(
  { boards }: Policy,
  family: Family,
  least: 'own' | 'martian' | 'not global',
): AddressMatch {
  const martians = family === 'ipv4' ? martiansIpv4 : martiansIpv6;
  const locals = family === 'ipv4' ? privateIpv4 : privateIpv6;
  const excluded = [
    ...ownNetworks(boards, family),
    ...(least === 'own' ? [] : martians),
    ...(least === 'not global' ? locals : []),
  ];
  return { except: some(outermostNetworks(excluded).map(networkAddress)) };
}

function boardOf({ boards }: Policy, name: string): BoardLink {
  return boards.find((board) => board.name === name)!;
}

function one(address: string): AddressMatch {
  return { of: [hostAddress(address)] };
}

function icmp(...types: Some<IcmpType>): ProtocolMatch {
  return { proto: 'icmp', icmpType: types };
}

function some<T>(values: readonly T[]): Some<T> {
  return values as unknown as Some<T>;
}

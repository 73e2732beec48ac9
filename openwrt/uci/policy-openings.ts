import { outermostNetworks } from '../../builder/recipe/address/ip-network.ts';
import { linkLocalAddress } from '../../builder/recipe/address/link-local-address.ts';
import {
  martiansIpv4,
  martiansIpv6,
  privateIpv4,
  privateIpv6,
} from '../../builder/recipe/address/special-purpose-addresses.ts';
import { ownNetworks } from '../policy/own-networks.ts';
import type { BoardLink, ConnectionRate, Policy, PortRange, UplinkLink } from '../policy/policy.ts';
import { anything, type Opening } from './firewall4-model/opening.ts';

type Family = 'ipv4' | 'ipv6';

/**
 * Which connections may begin by a policy, as the tables of docs/router-policy.md have it: made from the policy alone, to be held against what
 * firewall4 makes of the UCI.
 */
export function policyOpenings(policy: Policy): Opening[] {
  return [
    ...flowOpenings(policy),
    ...forwardOpenings(policy),
    ...policy.boards.flatMap((board) => boardServices(board, policy)),
    ...(policy.uplink === null ? [] : uplinkServices(policy.uplink, policy)),
    ...managementOpenings(policy),
  ];
}

function flowOpenings(policy: Policy): Opening[] {
  return policy.flows.map(({ family, from, to, match, rate }) => {
    const sender = board(policy, from.name);
    const base = {
      ...anything,
      hook: 'forward',
      family,
      in: sender.device,
      out: to.kind === 'uplink' ? policy.uplink!.device : board(policy, to.name).device,
      sources: [host(sender[family]!.board)],
      macs: [sender.mac],
      destinations:
        to.kind === 'board'
          ? [host(board(policy, to.name)[family]!.board)]
          : to.networks.length > 0
            ? to.networks
            : not([...own(policy, family), ...martians(family), ...locals(family)]),
      limit: limitOf(rate),
    } as const;
    return match.protocol === 'icmp-echo'
      ? { ...base, protocol: 'icmp', icmpTypes: ['echo-request'] }
      : { ...base, protocol: match.protocol, ports: match.ports.map(portsOf) };
  });
}

function forwardOpenings(policy: Policy): Opening[] {
  return policy.forwards.map(({ protocol, port, to, sources, rate }) => {
    const { device, ipv4 } = policy.uplink!;
    return {
      ...anything,
      hook: 'dnat',
      family: 'ipv4',
      in: device,
      protocol,
      ports: [`${port}`],
      sources: sources.length > 0 ? sources : not([...own(policy, 'ipv4'), ...martiansIpv4]),
      destinations: [ipv4.kind === 'static' ? host(ipv4.address) : 'of the router'],
      limit: limitOf(rate),
      becomes: `${board(policy, to.name).ipv4.board}:${to.port}`,
    };
  });
}

function boardServices({ name, device, mac, ipv4, ipv6 }: BoardLink, { router }: Policy): Opening[] {
  const inward = { ...anything, hook: 'input', in: device, macs: [mac] } as const;
  const outward = { ...anything, hook: 'output', out: device } as const;
  const addresses = [
    { family: 'ipv4' as const, segment: ipv4 },
    ...(ipv6 === null ? [] : [{ family: 'ipv6' as const, segment: ipv6 }]),
  ];
  const served = (protocol: string, port: string): Opening[] =>
    addresses.map(({ family, segment }) => ({
      ...inward,
      family,
      protocol,
      ports: [port],
      sources: [host(segment.board)],
      destinations: [host(segment.router)],
    }));
  return [
    {
      ...inward,
      family: 'ipv4',
      protocol: 'udp',
      sourcePorts: ['68'],
      ports: ['67'],
      sources: ['0.0.0.0/32', host(ipv4.board)],
      destinations: ['255.255.255.255/32', host(ipv4.router)],
    },
    {
      ...outward,
      family: 'ipv4',
      protocol: 'udp',
      sourcePorts: ['67'],
      ports: ['68'],
      destinations: ['255.255.255.255/32', host(ipv4.board)],
    },
    ...(ipv6 === null
      ? []
      : [
          {
            ...inward,
            family: 'ipv6',
            protocol: 'icmp',
            icmpTypes: ['router-solicitation', 'neighbour-solicitation', 'neighbour-advertisement'],
            sources: [host(ipv6.board), host(linkLocalAddress(mac)), '::/128'],
          } satisfies Opening,
          {
            ...outward,
            family: 'ipv6',
            protocol: 'icmp',
            icmpTypes: ['router-advertisement', 'neighbour-solicitation', 'neighbour-advertisement'],
          } satisfies Opening,
        ]),
    ...(router.dns.local.includes(name) ? [...served('udp', '53'), ...served('tcp', '53')] : []),
    ...(router.time.served.includes(name) ? served('udp', '123') : []),
  ];
}

function uplinkServices({ device, ipv4, ipv6 }: UplinkLink, policy: Policy): Opening[] {
  const { dns, time } = policy.router;
  const inward = { ...anything, hook: 'input', in: device } as const;
  const outward = { ...anything, hook: 'output', out: device } as const;
  const families: readonly Family[] = ipv6 === null ? ['ipv4'] : ['ipv4', 'ipv6'];
  const asked = (protocol: string, port: string, upstream: readonly string[]): Opening[] =>
    families.flatMap((family) => {
      const named = upstream.filter((text) => text.includes(':') === (family === 'ipv6'));
      if (upstream.length > 0 && named.length === 0) return [];
      const destinations =
        named.length > 0 ? named.map(host) : not([...own(policy, family), ...martians(family)]);
      return [{ ...outward, family, protocol, ports: [port], destinations }];
    });
  const neighbours = ['neighbour-solicitation', 'neighbour-advertisement'];
  const advertised = ipv6?.kind === 'router-advertisement';
  const icmp = { family: 'ipv6', protocol: 'icmp' } as const;
  return [
    ...(ipv4.kind === 'dhcp'
      ? [
          {
            ...inward,
            family: 'ipv4',
            protocol: 'udp',
            sourcePorts: ['67'],
            ports: ['68'],
          } satisfies Opening,
          {
            ...outward,
            family: 'ipv4',
            protocol: 'udp',
            sourcePorts: ['68'],
            ports: ['67'],
            destinations: not(own(policy, 'ipv4')),
          } satisfies Opening,
        ]
      : []),
    ...(ipv6 === null ? [] : [{ ...inward, ...icmp, icmpTypes: neighbours }]),
    ...(advertised
      ? [{ ...inward, ...icmp, icmpTypes: ['router-advertisement'], sources: ['fe80::/10'] }]
      : []),
    ...(ipv6 === null
      ? []
      : [
          {
            ...outward,
            ...icmp,
            icmpTypes: advertised ? ['router-solicitation', ...neighbours] : neighbours,
          },
        ]),
    ...(dns.forwarded.length > 0
      ? [...asked('udp', '53', dns.upstream), ...asked('tcp', '53', dns.upstream)]
      : []),
    ...(time.upstream.length > 0 ? asked('udp', '123', time.upstream) : []),
  ];
}

function managementOpenings(policy: Policy): Opening[] {
  return policy.router.management.flatMap(({ from, port }) =>
    (['ipv4', 'ipv6'] as const).flatMap((family): Opening[] => {
      const base = { ...anything, hook: 'input', family, protocol: 'tcp', ports: [`${port}`] } as const;
      if (from.kind === 'board') {
        const { device, mac, [family]: segment } = board(policy, from.name);
        if (segment === null) return [];
        const [sources, destinations] = [[host(segment.board)], [host(segment.router)]];
        return [{ ...base, in: device, macs: [mac], sources, destinations }];
      }
      const { device, [family]: addresses } = policy.uplink!;
      if (addresses === null) return [];
      const everybody = not([...own(policy, family), ...martians(family)]);
      const networks = from.networks.filter((text) => text.includes(':') === (family === 'ipv6'));
      if (from.networks.length > 0 && networks.length === 0) return [];
      const ofRouter =
        addresses.kind === 'static'
          ? [host(addresses.address)]
          : family === 'ipv4'
            ? not(own(policy, 'ipv4'))
            : everybody;
      return [
        {
          ...base,
          in: device,
          sources: from.networks.length > 0 ? networks : everybody,
          destinations: ofRouter,
        },
      ];
    }),
  );
}

function board({ boards }: Policy, name: string): BoardLink {
  return boards.find((one) => one.name === name)!;
}

function own({ boards }: Policy, family: Family): string[] {
  return ownNetworks(boards, family);
}

function martians(family: Family): readonly string[] {
  return family === 'ipv4' ? martiansIpv4 : martiansIpv6;
}

function locals(family: Family): readonly string[] {
  return family === 'ipv4' ? privateIpv4 : privateIpv6;
}

function not(networks: readonly string[]): string[] {
  return outermostNetworks(networks).map((network) => `!${network}`);
}

function host(address: string): string {
  return `${address}/${address.includes(':') ? 128 : 32}`;
}

function portsOf({ first, last }: PortRange): string {
  return first === last ? `${first}` : `${first}-${last}`;
}

function limitOf(rate: ConnectionRate | null): string {
  return rate === null ? '' : `${rate.perSecond}/second burst ${rate.burst}`;
}

import {
  contains,
  endOf,
  type Family,
  formatAddress,
  formatNetwork,
  type IpNetwork,
  networkOf,
  overlaps,
  parseAddress,
  parseNetwork,
} from '../../address/ip-network.ts';
import { usableNetwork } from '../../address/special-networks.ts';
import type { Path } from '../../yaml/position.ts';
import { type ClusterFields, clusterRule, type StaticFields } from '../cluster-fields.ts';
import { ipv4Room, ipv6Room } from '../cut-segments.ts';
import { networkLists } from '../written-networks.ts';

type StaticPart = { readonly family: Family; readonly at: Path; readonly fixed: StaticFields };

function staticParts(uplink: ClusterFields['uplink']): StaticPart[] {
  return (['ipv4', 'ipv6'] as const).flatMap((family) => {
    const part = uplink?.[family];
    return part?.kind === 'static' ? [{ family, at: ['uplink', family, 'static'], fixed: part }] : [];
  });
}

export const addressRules = [
  clusterRule(
    'network-exact',
    ['addressing', 'flows', 'forwards', 'management'],
    ({ addressing, ...fields }, report) => {
      const texts = [
        { at: ['addressing', 'ipv4'] as Path, text: addressing.ipv4 },
        ...(addressing.ipv6 === null ? [] : [{ at: ['addressing', 'ipv6'] as Path, text: addressing.ipv6 }]),
        ...networkLists(fields).flatMap(({ at, texts }) =>
          texts.map((text, index) => ({ at: [...at, index] as Path, text })),
        ),
      ];
      for (const { at, text } of texts) {
        const network = parseNetwork(text);
        const exact = network === null ? null : formatNetwork(networkOf(network));
        if (exact === text) continue;
        const hostBits = network !== null && networkOf(network).address !== network.address;
        report({
          at,
          message:
            network === null
              ? `${text} is no network`
              : hostBits
                ? `${text} is an address in a network: all of ${exact} would be meant`
                : `${text} is not the usual form`,
          remedy:
            network === null
              ? 'write an address and the length of its prefix, such as 172.20.0.0/24'
              : hostBits
                ? `write ${exact} for the network, or ${formatAddress(network.family, network.address)}/${network.family === 'ipv4' ? 32 : 128} for the one address`
                : `write ${exact}`,
        });
      }
    },
  ),

  clusterRule('networks-distinct', ['flows', 'forwards', 'management'], (fields, report) => {
    for (const { at, texts } of networkLists(fields)) {
      for (const [index, text] of texts.entries()) {
        const network = parseNetwork(text);
        const outer = texts.find((other, position) => {
          const wider = parseNetwork(other);
          return position !== index && other !== text && network && wider && contains(wider, network);
        });
        if (outer === undefined) continue;
        report({ at: [...at, index], message: `${text} lies in ${outer}`, remedy: 'remove one of them' });
      }
    }
  }),

  clusterRule('address-valid', ['uplink', 'dns', 'time'], ({ uplink, dns, time }, report) => {
    const texts = [
      ...dns.upstream.map((text, index) => ({ at: ['dns', 'upstream', index] as Path, text })),
      ...time.upstream.map((text, index) => ({ at: ['time', 'upstream', index] as Path, text })),
      ...staticParts(uplink).map(({ at, fixed }) => ({ at: [...at, 'gateway'], text: fixed.gateway })),
    ];
    for (const { at, text } of texts) {
      const parsed = parseAddress(text);
      const usual = parsed === null ? null : formatAddress(parsed.family, parsed.address);
      if (usual === text) continue;
      report({
        at,
        message: usual === null ? `${text} is no IP address` : `${text} is not the usual form`,
        remedy: usual === null ? 'write one such as 172.20.0.1' : `write ${usual}`,
      });
    }
  }),

  clusterRule('uplink-address-usable', ['uplink'], ({ uplink }, report) => {
    for (const { family, at, fixed } of staticParts(uplink)) {
      const own = parseNetwork(fixed.address);
      const gateway = parseAddress(fixed.gateway);
      const usable = own?.family === family && isOneMachine(own, own) && usableNetwork(own);
      if (!usable) {
        report({
          at: [...at, 'address'],
          message: `${fixed.address} is no ${familyName(family)} address that a router can have, with the length of its prefix`,
          remedy: `write it such as ${family === 'ipv4' ? '172.20.0.2/24' : 'fd20::2/64'}`,
        });
      } else if (gateway !== null && (!isOneMachine(gateway, own) || gateway.address === own.address)) {
        report({
          at: [...at, 'gateway'],
          message: `${fixed.gateway} is not another address of ${formatNetwork(networkOf(own))}`,
          remedy: 'the gateway is a neighbour of the router on the uplink',
        });
      }
    }
  }),

  clusterRule('addressing-usable', ['addressing'], ({ addressing }, report) => {
    for (const family of ['ipv4', 'ipv6'] as const) {
      const text = addressing[family];
      const network = text === null ? null : parseNetwork(text);
      if (network === null) continue;
      const usable = network.family === family && usableNetwork(network);
      if (usable) continue;
      report({
        at: ['addressing', family],
        message:
          network.family === family
            ? `${text} has addresses that no board can have`
            : `${text} is no ${familyName(family)} network`,
        remedy:
          family === 'ipv4'
            ? 'take a private one, such as 10.77.0.0/24'
            : 'take a unique local one (fd and 40 random bits, /48), or the one that is routed to you',
      });
    }
  }),

  clusterRule('addresses-enough', ['addressing', 'boards'], ({ addressing, boards }, report) => {
    const count = boards.reduce((sum, group) => sum + group.count, 0);
    const rooms = [
      { field: 'ipv4', room: ipv4Room(addressing), text: addressing.ipv4 },
      ...(addressing.ipv6 === null
        ? []
        : [{ field: 'ipv6', room: ipv6Room(addressing), text: addressing.ipv6 }]),
    ];
    for (const { field, room, text } of rooms) {
      if (room >= count || parseNetwork(text)?.family !== field) continue;
      report({
        at: ['addressing', field],
        message: `${text} has room for ${room} segment${room === 1 ? '' : 's'}, but there are ${count} boards`,
        remedy: 'take a larger network (a shorter prefix)',
      });
    }
  }),

  clusterRule('segments-apart-from-uplink', ['addressing', 'uplink'], ({ addressing, uplink }, report) => {
    for (const { family, at, fixed } of staticParts(uplink)) {
      const own = parseNetwork(fixed.address);
      const segments = parseNetwork(addressing[family] ?? '');
      if (own === null || segments === null || !overlaps(own, segments)) continue;
      report({
        at: [...at, 'address'],
        message: `the uplink’s network overlaps the boards’ (${addressing[family]})`,
        remedy: `take another network for addressing.${family}`,
      });
    }
  }),
];

/** An address in the network that is neither the network's own nor, in IPv4, for all of it; between two machines (RFC 3021, RFC 6164) there are no others. */
function isOneMachine({ family, address }: IpNetwork, network: IpNetwork): boolean {
  if (!contains(network, { family, address, prefixLength: family === 'ipv4' ? 32 : 128 })) return false;
  if (family === 'ipv6') return networkOf(network).address !== address;
  const pair = network.prefixLength === 31;
  return pair || (networkOf(network).address !== address && endOf(network) - 1n !== address);
}

function familyName(family: Family): string {
  return family === 'ipv4' ? 'IPv4' : 'IPv6';
}

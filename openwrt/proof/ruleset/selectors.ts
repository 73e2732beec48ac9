import * as names from './symbolic-names.ts';

/** How the values of a selector are written. */
export type ValueType =
  | {
      readonly kind: 'number';
      readonly bits: number;
      readonly names?: ReadonlyMap<string, bigint>;
      readonly flags?: true;
    }
  | { readonly kind: 'device' }
  | { readonly kind: 'mac' }
  | { readonly kind: 'ipv4' }
  | { readonly kind: 'ipv6' };

const number = (bits: number, known?: ReadonlyMap<string, bigint>): ValueType =>
  known === undefined ? { kind: 'number', bits } : { kind: 'number', bits, names: known };
const flags = (bits: number, known: ReadonlyMap<string, bigint>): ValueType => ({
  kind: 'number',
  bits,
  names: known,
  flags: true,
});
const port = number(16);

/** What of a packet or its connection a rule can look at, by nft's own name, and how its values are written. */
export const selectors = {
  'meta iifname': { kind: 'device' },
  'meta oifname': { kind: 'device' },
  'meta l4proto': number(8, names.transportNames),
  'meta nfproto': number(16, names.familyNames),
  'meta protocol': number(16, names.etherTypeNames),
  'meta pkttype': number(3, names.packetTypeNames),
  'ether saddr': { kind: 'mac' },
  'ether daddr': { kind: 'mac' },
  'ether type': number(16, names.etherTypeNames),
  'ip saddr': { kind: 'ipv4' },
  'ip daddr': { kind: 'ipv4' },
  'ip protocol': number(8, names.transportNames),
  'ip ttl': number(8),
  'ip frag-off': number(16),
  'ip hdrlength': number(4),
  'ip6 saddr': { kind: 'ipv6' },
  'ip6 daddr': { kind: 'ipv6' },
  'ip6 nexthdr': number(8, names.transportNames),
  'ip6 hoplimit': number(8),
  'frag exists': number(1),
  'th sport': port,
  'th dport': port,
  'tcp sport': port,
  'tcp dport': port,
  'udp sport': port,
  'udp dport': port,
  'tcp flags': flags(8, names.tcpFlagNames),
  'icmp type': number(8, names.icmpTypeNames),
  'icmp code': number(8, names.icmpCodeNames),
  'icmpv6 type': number(8, names.icmpv6TypeNames),
  'icmpv6 code': number(8, names.icmpv6CodeNames),
  'icmpv6 taddr': { kind: 'ipv6' },
  'arp htype': number(16),
  'arp ptype': number(16, names.etherTypeNames),
  'arp hlen': number(8),
  'arp plen': number(8),
  'arp operation': number(16, names.arpOperationNames),
  'arp saddr ether': { kind: 'mac' },
  'arp saddr ip': { kind: 'ipv4' },
  'arp daddr ether': { kind: 'mac' },
  'arp daddr ip': { kind: 'ipv4' },
  'ct state': flags(7, names.stateNames),
  'ct status': flags(6, names.statusNames),
  'ct direction': number(1, names.directionNames),
  'ct protocol': number(8, names.transportNames),
  'ct original ip saddr': { kind: 'ipv4' },
  'ct original ip daddr': { kind: 'ipv4' },
  'ct original ip6 saddr': { kind: 'ipv6' },
  'ct original ip6 daddr': { kind: 'ipv6' },
  'ct original proto-dst': port,
  'ct reply ip saddr': { kind: 'ipv4' },
  'ct reply ip6 saddr': { kind: 'ipv6' },
  'ct reply proto-src': port,
  'fib daddr . iif type': number(4, names.routeTypeNames),
} as const satisfies Record<string, ValueType>;

export type Selector = keyof typeof selectors;

export const isSelector = (name: string): name is Selector => Object.hasOwn(selectors, name);
export const valueType = (selector: Selector): ValueType => selectors[selector];

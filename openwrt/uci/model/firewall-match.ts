import { requireExactKeys } from './exact-keys.ts';
import type { HostAddress, NetworkAddress, PortText } from './uci-values.ts';

/** A list with something in it: an empty one would be no restriction. */
export type Some<T> = readonly [T, ...T[]];

/**
 * What a rule matches above IP. Ports are part of tcp and udp and of nothing else: beside any other protocol firewall4 ignores them
 * silently, and the default protocol is "tcp udp".
 */
export type ProtocolMatch = TransportMatch | IcmpMatch;

export interface TransportMatch {
  readonly proto: 'tcp' | 'udp';
  /** Of the destination. */
  readonly destPort: Some<PortText>;
  readonly srcPort?: PortText;
}

export interface IcmpMatch {
  /** ICMPv6 in rules of the family ipv6. */
  readonly proto: 'icmp';
  readonly icmpType: Some<IcmpType>;
}

export type IcmpType =
  | 'echo-request'
  | 'router-solicitation'
  | 'router-advertisement'
  | 'neighbour-solicitation'
  | 'neighbour-advertisement';

const icmpTypes: readonly IcmpType[] = [
  'echo-request',
  'router-solicitation',
  'router-advertisement',
  'neighbour-solicitation',
  'neighbour-advertisement',
];

/** Addresses of one family: some, or all but some. There is no way to write "any". */
export type AddressMatch =
  | { readonly of: Some<HostAddress | NetworkAddress> }
  | { readonly except: Some<NetworkAddress> };

export interface RateLimit {
  /** New connections a second: what is over it goes on to the policy, which drops. */
  readonly perSecond: number;
  readonly burst: number;
}

/** @throws TypeError, RangeError for what the types exclude */
export function matchOptions(match: ProtocolMatch): [string, string | readonly string[]][] {
  switch (match.proto) {
    case 'tcp':
    case 'udp':
      requireExactKeys('a match of ports', match, ['proto', 'destPort'], ['srcPort']);
      return [
        ['proto', match.proto],
        ...(match.srcPort === undefined ? [] : ([['src_port', match.srcPort]] as [string, string][])),
        ['dest_port', some(match.destPort)],
      ];
    case 'icmp':
      requireExactKeys('a match of ICMP', match, ['proto', 'icmpType']);
      for (const type of match.icmpType) {
        if (!icmpTypes.includes(type)) throw new RangeError(`${JSON.stringify(type)} is no ICMP type`);
      }
      return [
        ['proto', 'icmp'],
        ['icmp_type', some(match.icmpType)],
      ];
    default:
      throw new RangeError(`${JSON.stringify((match as { proto: unknown }).proto)} is no protocol of a rule`);
  }
}

/** @param option `src_ip` or `dest_ip` */
export function addressOptions(option: string, match: AddressMatch): [string, readonly string[]][] {
  const [kind, ...others] = Object.keys(match);
  if (others.length > 0 || (kind !== 'of' && kind !== 'except')) {
    throw new TypeError(`${option} is of or except`);
  }
  return [[option, 'of' in match ? some(match.of) : some(match.except).map((network) => `!${network}`)]];
}

export function limitOptions(limit: RateLimit | null): [string, string][] {
  if (limit === null) return [];
  const sound = [limit.perSecond, limit.burst].every((count) => Number.isInteger(count) && count >= 1);
  if (!sound) throw new RangeError('a limit is a number of connections');
  return [
    ['limit', `${limit.perSecond}/second`],
    ['limit_burst', `${limit.burst}`],
  ];
}

function some<T extends string>(values: Some<T>): readonly string[] {
  if (!Array.isArray(values) || values.length === 0) throw new RangeError('an empty list restricts nothing');
  return values;
}

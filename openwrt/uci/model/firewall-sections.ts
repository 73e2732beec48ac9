import { requireExactKeys } from './exact-keys.ts';
import {
  type AddressMatch,
  addressOptions,
  limitOptions,
  matchOptions,
  type ProtocolMatch,
  type RateLimit,
  type TransportMatch,
} from './firewall-match.ts';
import type { UciSection } from './uci-section.ts';
import type { DeviceName, HostAddress, MacAddress, PortText, RuleName, ZoneName } from './uci-values.ts';

/**
 * /etc/config/firewall as far as it can be said without a trap. There is no `forwarding` (it opens whole pairs of zones), no ipset, no offload,
 * no target but ACCEPT and no default but DROP, because there is no place to write them.
 */
export interface FirewallConfig {
  readonly zones: readonly Zone[];
  readonly rules: readonly (ForwardRule | InputRule | OutputRule)[];
  readonly redirects: readonly Redirect[];
  readonly includes: readonly NftInclude[];
}

export interface Zone {
  readonly name: ZoneName;
  /** A zone by network matches no device until netifd reports it. */
  readonly device: DeviceName;
  /** Families in which what leaves through it gets the router's address. */
  readonly masquerade: readonly ('ipv4' | 'ipv6')[];
}

/** Forwarded from a zone to another: connections that begin so. */
export interface ForwardRule {
  readonly kind: 'forward';
  readonly name: RuleName;
  readonly src: ZoneName;
  readonly dest: ZoneName;
  readonly family: 'ipv4' | 'ipv6';
  readonly srcIp: AddressMatch;
  /** The sender is directly attached: zones match by interface alone. */
  readonly srcMac: MacAddress;
  readonly destIp: AddressMatch;
  readonly match: ProtocolMatch;
  readonly limit: RateLimit | null;
}

/** Accepted by the router itself from a zone. */
export interface InputRule {
  readonly kind: 'input';
  readonly name: RuleName;
  readonly src: ZoneName;
  readonly family: 'ipv4' | 'ipv6';
  /** null: from anybody on the link, for what has no address yet or is not of the cluster. */
  readonly srcIp: AddressMatch | null;
  /** null for the uplink, where nobody's is known. */
  readonly srcMac: MacAddress | null;
  readonly destIp: AddressMatch | null;
  readonly match: ProtocolMatch;
}

/** Sent by the router itself into a zone. */
export interface OutputRule {
  readonly kind: 'output';
  readonly name: RuleName;
  readonly dest: ZoneName;
  readonly family: 'ipv4' | 'ipv6';
  readonly destIp: AddressMatch | null;
  readonly match: ProtocolMatch;
}

/** A port of one address of the router that leads to a board. Reflection is off: it is no option here. */
export interface Redirect {
  readonly name: RuleName;
  readonly src: ZoneName;
  readonly dest: ZoneName;
  /** null: anybody. */
  readonly srcIp: AddressMatch | null;
  /** The router's own address: without it every address that comes in by the zone is translated. */
  readonly srcDip: HostAddress;
  readonly proto: TransportMatch['proto'];
  readonly srcDport: PortText;
  readonly destIp: HostAddress;
  readonly destPort: PortText;
  readonly limit: RateLimit | null;
}

/** A file of nft statements at the beginning of one of firewall4's chains, for what UCI cannot say. */
export interface NftInclude {
  readonly path: `/etc/boardsmith/${string}.nft`;
  readonly chain: 'forward' | 'dstnat';
}

/** The sections in the order in which firewall4 reads them. @throws TypeError, RangeError for what the types exclude */
export function firewallSections(config: FirewallConfig): UciSection[] {
  requireExactKeys('a firewall', config, ['zones', 'rules', 'redirects', 'includes']);
  const names = config.zones.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new RangeError(`two zones are named ${twice}: nft would refuse everything`);
  return [
    defaults,
    ...config.zones.map(zoneSection),
    ...config.rules.map((rule) => ruleSection(rule, names)),
    ...config.redirects.map((redirect) => redirectSection(redirect, names)),
    ...config.includes.map(includeSection),
  ];
}

/** Always there: base policies hold before any zone matches, and after a reload that was refused. */
const defaults: UciSection = {
  type: 'defaults',
  name: null,
  options: [
    ['input', 'DROP'],
    ['output', 'DROP'],
    ['forward', 'DROP'],
    ['drop_invalid', '1'],
    ['flow_offloading', '0'],
    ['flow_offloading_hw', '0'],
    ['auto_includes', '0'],
  ],
};

function zoneSection(zone: Zone): UciSection {
  requireExactKeys('a zone', zone, ['name', 'device', 'masquerade']);
  return {
    type: 'zone',
    name: null,
    options: [
      ['name', zone.name],
      ['device', [zone.device]],
      ['input', 'DROP'],
      ['output', 'DROP'],
      ['forward', 'DROP'],
      ['masq', zone.masquerade.includes('ipv4') ? '1' : '0'],
      ['masq6', zone.masquerade.includes('ipv6') ? '1' : '0'],
      // Helpers open related flows, and are on by default where nothing is masqueraded.
      ['auto_helper', '0'],
    ],
  };
}

const ruleKeys = {
  forward: ['kind', 'name', 'src', 'dest', 'family', 'srcIp', 'srcMac', 'destIp', 'match', 'limit'],
  input: ['kind', 'name', 'src', 'family', 'srcIp', 'srcMac', 'destIp', 'match'],
  output: ['kind', 'name', 'dest', 'family', 'destIp', 'match'],
} as const;

function ruleSection(rule: FirewallConfig['rules'][number], zones: readonly ZoneName[]): UciSection {
  const keys = ruleKeys[rule.kind];
  if (keys === undefined) throw new TypeError(`${JSON.stringify(rule.kind)} is no kind of rule`);
  requireExactKeys(`a rule of ${rule.kind}`, rule, keys);
  if (rule.kind === 'forward' && [rule.srcIp, rule.srcMac, rule.destIp].includes(null as never)) {
    throw new TypeError('what is forwarded has a sender and a receiver');
  }
  if (rule.family !== 'ipv4' && rule.family !== 'ipv6') throw new RangeError('a rule is of one family');
  for (const zone of ['src' in rule ? rule.src : null, 'dest' in rule ? rule.dest : null]) {
    if (zone !== null && !zones.includes(zone)) throw new RangeError(`there is no zone ${zone}`);
  }
  return {
    type: 'rule',
    name: null,
    options: [
      ['name', rule.name],
      ...('src' in rule ? [['src', rule.src] as const] : []),
      ...('dest' in rule ? [['dest', rule.dest] as const] : []),
      ['family', rule.family],
      ...('srcIp' in rule && rule.srcIp !== null ? addressOptions('src_ip', rule.srcIp) : []),
      ...('srcMac' in rule && rule.srcMac !== null ? [['src_mac', [rule.srcMac]] as const] : []),
      ...(rule.destIp === null ? [] : addressOptions('dest_ip', rule.destIp)),
      ...matchOptions(rule.match),
      ...('limit' in rule ? limitOptions(rule.limit) : []),
      ['target', 'ACCEPT'],
    ],
  };
}

function redirectSection(redirect: Redirect, zones: readonly ZoneName[]): UciSection {
  requireExactKeys('a redirect', redirect, [
    'name',
    'src',
    'dest',
    'srcIp',
    'srcDip',
    'proto',
    'srcDport',
    'destIp',
    'destPort',
    'limit',
  ]);
  if (redirect.proto !== 'tcp' && redirect.proto !== 'udp')
    throw new RangeError('a redirect is of tcp or udp');
  for (const zone of [redirect.src, redirect.dest]) {
    if (!zones.includes(zone)) throw new RangeError(`there is no zone ${zone}`);
  }
  return {
    type: 'redirect',
    name: null,
    options: [
      ['name', redirect.name],
      ['src', redirect.src],
      ['dest', redirect.dest],
      ['family', 'ipv4'],
      ...(redirect.srcIp === null ? [] : addressOptions('src_ip', redirect.srcIp)),
      ['src_dip', redirect.srcDip],
      ['proto', redirect.proto],
      ['src_dport', redirect.srcDport],
      ['dest_ip', redirect.destIp],
      ['dest_port', redirect.destPort],
      ['reflection', '0'],
      ...limitOptions(redirect.limit),
      ['target', 'DNAT'],
    ],
  };
}

function includeSection(include: NftInclude): UciSection {
  requireExactKeys('an include', include, ['path', 'chain']);
  return {
    type: 'include',
    name: null,
    options: [
      ['type', 'nftables'],
      ['path', include.path],
      ['position', 'chain-pre'],
      ['chain', include.chain],
    ],
  };
}

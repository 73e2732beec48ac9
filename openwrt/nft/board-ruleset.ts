import type { ResolvedRecipe } from '../../builder/recipe/resolved-recipe.ts';
import { tableName } from './compile-ruleset.ts';
import { dropAs, dropChains, dropCounters } from './drop-reasons.ts';
import type { Match, NamedSet, Rule, Ruleset } from './model.ts';
import { countingSet, exactSet } from './named-sets.ts';
import { prune } from './prune.ts';
import { echoSeen, type Family, families, transports } from './router/family.ts';
import {
  accept,
  atMost,
  icmpv6,
  ipv4,
  ipv6,
  is,
  isIn,
  isNot,
  isNotIn,
  notPlainSyn,
  original,
  reply,
  state,
  udp,
} from './rule-parts.ts';

/** What of a recipe says what its board may receive and send. */
export type BoardNeeds = Pick<ResolvedRecipe, 'ports' | 'connects' | 'needs' | 'capabilities'>;

/** Echo requests a second that a board answers: the router lets through those that a flow names. */
const echoRate = { perSecond: 10, burst: 20 } as const;
const errorRate = { perSecond: 10, burst: 20 } as const;

/**
 * The ruleset of one board, the same for all units of its appliance: `ports` in, `connects` out, DHCP, DNS and time as it needs them, and
 * nothing else, as docs/router-policy.md describes. Which addresses a board may reach is the router's affair, since a board learns even its
 * own from DHCP and router advertisements.
 * @param hasIpv6 whether the image is for a cluster that has IPv6; without it init switches IPv6 off, and nothing of it passes
 */
export function boardRuleset(recipe: BoardNeeds, hasIpv6 = false): Ruleset {
  return {
    tables: [
      prune({
        family: 'inet',
        name: tableName,
        counters: dropCounters,
        sets: boardSets(recipe, hasIpv6),
        chains: [
          {
            name: 'ingress',
            hook: { type: 'filter', hook: 'prerouting', priority: -450, policy: 'drop' },
            rules: ingressRules(hasIpv6),
          },
          {
            name: 'input',
            hook: { type: 'filter', hook: 'input', priority: 0, policy: 'drop' },
            rules: inputRules(recipe, hasIpv6),
          },
          {
            name: 'forward',
            hook: { type: 'filter', hook: 'forward', priority: 0, policy: 'drop' },
            rules: [[dropAs('forward')]],
          },
          {
            name: 'output',
            hook: { type: 'filter', hook: 'output', priority: 0, policy: 'drop' },
            rules: outputRules(recipe, hasIpv6),
          },
          ...dropChains,
        ],
      }),
    ],
  };
}

function ingressRules(hasIpv6: boolean): Rule[] {
  return [
    [is('meta iifname', 'lo'), accept],
    ...(hasIpv6 ? ingressOfIpv6 : []),
    [isNot('meta nfproto', 'ipv4'), dropAs('protocol')],
    [
      ipv4,
      { kind: 'masked', field: 'ip frag-off', mask: 0x3fff, operator: '!=', value: 0 },
      dropAs('fragment'),
    ],
    [ipv4, isNot('ip hdrlength', 5), dropAs('options')],
    [isNotIn('protocols_ipv4', 'meta l4proto'), dropAs('protocol')],
    [is('meta pkttype', 'host'), accept],
    [ipv4, udp, isIn('dhcp_to_client', 'udp sport', 'udp dport'), accept],
    [dropAs('cast')],
  ];
}

const ingressOfIpv6: readonly Rule[] = [
  [ipv6, is('ip6 nexthdr', 'ipv6-frag'), dropAs('fragment')],
  [ipv6, isNotIn('protocols_ipv6', 'ip6 nexthdr'), dropAs('options')],
  [ipv6, is('meta pkttype', 'host'), accept],
  [ipv6, icmpv6, isIn('neighbours_in', 'icmpv6 type'), accept],
  [ipv6, dropAs('cast')],
];

function boardSets({ ports, connects, needs }: BoardNeeds, hasIpv6: boolean): NamedSet[] {
  const both = (protocol: 'tcp' | 'udp'): NamedSet[] => {
    const outwards = new Map<number, string>();
    if (needs.dns) outwards.set(53, 'dns');
    if (needs.time && protocol === 'udp') outwards.set(123, 'time');
    for (const { name, protocol: of, ports: numbers } of connects) {
      if (of !== protocol) continue;
      for (const port of numbers) if (!outwards.has(port)) outwards.set(port, name);
    }
    return [
      countingSet(
        `ports_${protocol}`,
        [`${protocol} dport`],
        false,
        ports
          .filter((port) => port.protocol === protocol)
          .map(({ name, port }) => ({ key: [port], comment: name })),
      ),
      countingSet(
        `connects_${protocol}`,
        [`${protocol} dport`],
        false,
        [...outwards].sort(([a], [b]) => a - b).map(([port, name]) => ({ key: [port], comment: name })),
      ),
    ];
  };
  return [
    exactSet('protocols_ipv4', ['meta l4proto'], [['icmp'], ['tcp'], ['udp']]),
    exactSet('dhcp_to_server', ['udp sport', 'udp dport'], [[68, 67]]),
    exactSet('dhcp_to_client', ['udp sport', 'udp dport'], [[67, 68]]),
    exactSet(
      'errors_ipv4',
      ['icmp type'],
      [['destination-unreachable'], ['time-exceeded'], ['parameter-problem']],
    ),
    ...(hasIpv6 ? setsOfIpv6 : []),
    ...both('tcp'),
    ...both('udp'),
  ];
}

const setsOfIpv6: readonly NamedSet[] = [
  exactSet('protocols_ipv6', ['ip6 nexthdr'], [['tcp'], ['udp'], ['ipv6-icmp']]),
  exactSet(
    'neighbours_in',
    ['icmpv6 type'],
    [['nd-router-advert'], ['nd-neighbor-solicit'], ['nd-neighbor-advert']],
  ),
  exactSet(
    'neighbours_out',
    ['icmpv6 type'],
    [['nd-router-solicit'], ['nd-neighbor-solicit'], ['nd-neighbor-advert']],
  ),
  exactSet(
    'errors_ipv6',
    ['icmpv6 type'],
    [['destination-unreachable'], ['packet-too-big'], ['time-exceeded'], ['parameter-problem']],
  ),
];

const opened: readonly Match[] = [state('established', 'new'), original];
const answered: readonly Match[] = [state('established'), reply];

function inputRules({ capabilities }: BoardNeeds, hasIpv6: boolean): Rule[] {
  return [
    [is('meta iifname', 'lo'), accept],
    ...(hasIpv6
      ? [[ipv6, icmpv6, isIn('neighbours_in', 'icmpv6 type'), is('ip6 hoplimit', 255), accept]]
      : []),
    [state('invalid'), dropAs('invalid')],
    [...notPlainSyn, dropAs('invalid')],
    [ipv4, udp, isIn('dhcp_to_client', 'udp sport', 'udp dport'), accept],
    ...familiesOf(hasIpv6).flatMap((family): Rule[] => [
      ...transports.flatMap(({ name, match }): Rule[] => [
        [family.match, match, ...opened, isIn(`ports_${name}`, `${name} dport`), accept],
        [family.match, match, ...answered, isIn(`connects_${name}`, `${name} sport`), accept],
      ]),
      [...echoSeen(family, 'original'), ...opened, atMost(echoRate.perSecond, echoRate.burst), accept],
      ...(capabilities.includes('net_raw') ? [[...echoSeen(family, 'reply'), ...answered, accept]] : []),
      [
        family.match,
        family.icmp,
        isIn(`errors_${family.name}`, family.icmpType),
        state('related'),
        reply,
        atMost(errorRate.perSecond, errorRate.burst),
        accept,
      ],
    ]),
    [dropAs('input')],
  ];
}

function outputRules({ capabilities }: BoardNeeds, hasIpv6: boolean): Rule[] {
  return [
    [is('meta oifname', 'lo'), accept],
    ...(hasIpv6
      ? [[ipv6, icmpv6, isIn('neighbours_out', 'icmpv6 type'), is('ip6 hoplimit', 255), accept]]
      : []),
    [state('invalid'), dropAs('invalid')],
    [...notPlainSyn, dropAs('invalid')],
    [ipv4, udp, isIn('dhcp_to_server', 'udp sport', 'udp dport'), accept],
    ...familiesOf(hasIpv6).flatMap((family): Rule[] => [
      ...transports.flatMap(({ name, match }): Rule[] => [
        [family.match, match, ...answered, isIn(`ports_${name}`, `${name} sport`), accept],
        [family.match, match, ...opened, isIn(`connects_${name}`, `${name} dport`), accept],
      ]),
      [...echoSeen(family, 'reply'), ...answered, accept],
      ...(capabilities.includes('net_raw') ? [[...echoSeen(family, 'original'), ...opened, accept]] : []),
    ]),
    [dropAs('output')],
  ];
}

function familiesOf(hasIpv6: boolean): readonly Family[] {
  return families.filter(({ name }) => hasIpv6 || name === 'ipv4');
}

import type { ResolvedRecipe } from '../../builder/recipe/resolved-recipe.ts';
import { tableName } from './compile-ruleset.ts';
import { dropAs, dropChains, dropCounters } from './drop-reasons.ts';
import type { Match, NamedSet, Rule, Ruleset } from './model.ts';
import { countingSet, exactSet } from './named-sets.ts';
import { prune } from './prune.ts';
import { transports } from './router/family.ts';
import {
  accept,
  atMost,
  icmp,
  ipv4,
  is,
  isIn,
  isNot,
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
 * nothing else, as docs/router-policy.md describes. IPv4 only: init switches IPv6 off. Which addresses a board may reach is the router's
 * affair, since a board learns even its own from DHCP.
 */
export function boardRuleset(recipe: BoardNeeds): Ruleset {
  return {
    tables: [
      prune({
        family: 'inet',
        name: tableName,
        counters: dropCounters,
        sets: boardSets(recipe),
        chains: [
          {
            name: 'ingress',
            hook: { type: 'filter', hook: 'prerouting', priority: -450, policy: 'drop' },
            rules: ingressRules,
          },
          {
            name: 'input',
            hook: { type: 'filter', hook: 'input', priority: 0, policy: 'drop' },
            rules: inputRules(recipe),
          },
          {
            name: 'forward',
            hook: { type: 'filter', hook: 'forward', priority: 0, policy: 'drop' },
            rules: [[dropAs('forward')]],
          },
          {
            name: 'output',
            hook: { type: 'filter', hook: 'output', priority: 0, policy: 'drop' },
            rules: outputRules(recipe),
          },
          ...dropChains,
        ],
      }),
    ],
  };
}

const ingressRules: readonly Rule[] = [
  [is('meta iifname', 'lo'), accept],
  [isNot('meta nfproto', 'ipv4'), dropAs('protocol')],
  [
    ipv4,
    { kind: 'masked', field: 'ip frag-off', mask: 0x3fff, operator: '!=', value: 0 },
    dropAs('fragment'),
  ],
  [ipv4, isNot('ip hdrlength', 5), dropAs('options')],
  [is('meta pkttype', 'host'), accept],
  [ipv4, udp, isIn('dhcp_to_client', 'udp sport', 'udp dport'), accept],
  [dropAs('cast')],
];

function boardSets({ ports, connects, needs }: BoardNeeds): NamedSet[] {
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
    exactSet('dhcp_to_server', ['udp sport', 'udp dport'], [[68, 67]]),
    exactSet('dhcp_to_client', ['udp sport', 'udp dport'], [[67, 68]]),
    exactSet(
      'errors',
      ['icmp type'],
      [['destination-unreachable'], ['time-exceeded'], ['parameter-problem']],
    ),
    ...both('tcp'),
    ...both('udp'),
  ];
}

const opened: readonly Match[] = [state('established', 'new'), original];
const answered: readonly Match[] = [state('established'), reply];
const echoRequest: readonly Match[] = [ipv4, icmp, is('icmp type', 'echo-request')];
const echoReply: readonly Match[] = [ipv4, icmp, is('icmp type', 'echo-reply')];

function inputRules({ capabilities }: BoardNeeds): Rule[] {
  return [
    [is('meta iifname', 'lo'), accept],
    [state('invalid'), dropAs('invalid')],
    [...notPlainSyn, dropAs('invalid')],
    [ipv4, udp, isIn('dhcp_to_client', 'udp sport', 'udp dport'), accept],
    ...transports.flatMap(({ name, match }): Rule[] => [
      [ipv4, match, ...opened, isIn(`ports_${name}`, `${name} dport`), accept],
      [ipv4, match, ...answered, isIn(`connects_${name}`, `${name} sport`), accept],
    ]),
    [...echoRequest, ...opened, atMost(echoRate.perSecond, echoRate.burst), accept],
    ...(capabilities.includes('net_raw') ? [[...echoReply, ...answered, accept]] : []),
    [
      ipv4,
      icmp,
      isIn('errors', 'icmp type'),
      state('related'),
      reply,
      atMost(errorRate.perSecond, errorRate.burst),
      accept,
    ],
    [dropAs('input')],
  ];
}

function outputRules({ capabilities }: BoardNeeds): Rule[] {
  return [
    [is('meta oifname', 'lo'), accept],
    [state('invalid'), dropAs('invalid')],
    [ipv4, udp, isIn('dhcp_to_server', 'udp sport', 'udp dport'), accept],
    ...transports.flatMap(({ name, match }): Rule[] => [
      [ipv4, match, ...answered, isIn(`ports_${name}`, `${name} sport`), accept],
      [ipv4, match, ...opened, isIn(`connects_${name}`, `${name} dport`), accept],
    ]),
    [...echoReply, ...answered, accept],
    ...(capabilities.includes('net_raw') ? [[...echoRequest, ...opened, accept]] : []),
    [dropAs('output')],
  ];
}

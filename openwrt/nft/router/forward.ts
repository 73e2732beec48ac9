import type { Policy } from '../../policy/policy.ts';
import { dropAs } from '../drop-reasons.ts';
import type { FieldName } from '../fields.ts';
import type { Chain, Match, Rule, Statement } from '../model.ts';
import {
  accept,
  goTo,
  is,
  isIn,
  notPlainSyn,
  original,
  over,
  reply,
  state,
  translated,
  verdictOf,
} from '../rule-parts.ts';
import {
  bothAreBoards,
  echoSeen,
  endsSeen,
  type Family,
  families,
  transportSeen,
  transports,
  type Way,
} from './family.ts';
import type { Destination, Protocol } from './flow-elements.ts';
import { flowSetName, rangesOf, ratesOf } from './flow-sets.ts';
import { errorRate } from './router-sets.ts';

/**
 * Chains that bound what passes: `admit` new connections of a link, `admit_error` its ICMP errors, `admit_own_error` those of
 * the router.
 */
export const admissionChains: readonly Chain[] = [
  {
    name: 'admit',
    hook: null,
    rules: [
      [state('established'), accept],
      [isIn('connections', 'meta iifname'), dropAs('connections')],
      [isIn('connections_of_uplink', 'meta iifname'), dropAs('connections')],
      [accept],
    ],
  },
  {
    name: 'admit_error',
    hook: null,
    rules: [[isIn('errors_of_link', 'meta iifname'), dropAs('rate')], [accept]],
  },
  {
    name: 'admit_own_error',
    hook: null,
    rules: [[over(errorRate.perSecond, errorRate.burst), dropAs('rate')], [accept]],
  },
];

/**
 * Each packet of a connection is compared with the flows by its own header, in both directions, whatever conntrack says of it; conntrack
 * only takes away. Three chains a family, one for each way to look at a flow, and in each one lookup for the kind of destination.
 */
export function forwardChains(policy: Policy): Chain[] {
  return [
    {
      name: 'forward',
      hook: { type: 'filter', hook: 'forward', priority: 0, policy: 'drop' },
      rules: [
        [state('invalid'), dropAs('invalid')],
        [...notPlainSyn, dropAs('invalid')],
        ...families.flatMap((family): Rule[] => [
          [family.match, state('established', 'new'), original, goTo(`forward_original_${family.name}`)],
          [family.match, state('established'), reply, goTo(`forward_reply_${family.name}`)],
          [
            family.match,
            family.icmp,
            isIn(`errors_${family.name}`, family.icmpType),
            state('related'),
            reply,
            goTo(`forward_error_${family.name}`),
          ],
        ]),
        [dropAs('forward')],
      ],
    },
    ...families.flatMap((family) =>
      (['original', 'reply', 'error'] as const).flatMap((way) => chainsOfWay(policy, family, way)),
    ),
  ];
}

function chainsOfWay({ uplink }: Policy, family: Family, way: Way): Chain[] {
  const chain = (name: string, rules: readonly Rule[]): Chain => ({
    name: `${name}_${way}_${family.name}`,
    hook: null,
    rules: [...rules, [dropAs('forward')]],
  });
  const { fromDevice, from, toDevice, to } = endsSeen(family, way);
  const between = chain('forward', [
    ...(uplink === null
      ? []
      : [
          [is(toDevice, uplink.device), goTo(`to_uplink_${way}_${family.name}`)],
          [is(fromDevice, uplink.device), goTo(`from_uplink_${way}_${family.name}`)],
        ]),
    ...flowRules(family, way, 'board'),
  ]);
  if (uplink === null) return [between];
  return [
    between,
    chain('to_uplink', [
      [family.match, isIn(`refused_${family.name}`, toDevice, to), dropAs('martian')],
      ...flowRules(family, way, 'network'),
      [family.match, isIn(`not_global_${family.name}`, toDevice, to), dropAs('forward')],
      ...flowRules(family, way, 'anywhere'),
    ]),
    chain('from_uplink', [
      // Of what comes in, ingress has checked the source; of what goes back it is the destination.
      ...(way === 'original'
        ? []
        : [[family.match, isIn(`refused_${family.name}`, fromDevice, from), dropAs('martian')]]),
      ...(family.name === 'ipv4' ? forwardRules(family, way) : []),
    ]),
  ];
}

/** Verdict for a packet of a flow. */
const pass = (way: Way): Statement =>
  ({ original: goTo('admit'), reply: accept, error: goTo('admit_error') })[way];

function flowRules(family: Family, way: Way, destination: Destination): Rule[] {
  const ends = keyOf(family, way, destination);
  const guards = destination === 'board' && family.name === 'ipv6' ? bothAreBoards(family, way) : [];
  const ofProtocol = (protocol: Protocol, matches: readonly Match[], ports: readonly FieldName[]): Rule[] =>
    lookups(flowSetName(destination, protocol, family), way, [...matches, ...guards], [...ends, ...ports]);
  return [
    ...transports.flatMap((transport) => {
      const { matches, port } = transportSeen(family, transport, way);
      return ofProtocol(transport.name, matches, [port]);
    }),
    ...ofProtocol('icmp-echo', echoSeen(family, way), []),
  ];
}

function keyOf(family: Family, way: Way, destination: Destination): FieldName[] {
  const { fromDevice, from, toDevice, to } = endsSeen(family, way);
  switch (destination) {
    case 'anywhere':
      return [fromDevice, from];
    case 'network':
      return [fromDevice, from, to];
    case 'board':
      return family.name === 'ipv4' ? [fromDevice, from, toDevice, to] : [from, to];
  }
}

/** Of connections from the uplink only those whose destination the router translated, from the port that the forward names. */
function forwardRules(family: Family, way: Way): Rule[] {
  const { from, toDevice, to } = endsSeen(family, way);
  return transports.flatMap((transport) => {
    const { matches, port } = transportSeen(family, transport, way);
    const key: FieldName[] = [toDevice, from, to, port, 'ct original proto-dst'];
    return lookups(`forwards_${transport.name}`, way, [translated, ...matches], key);
  });
}

/** The rate first, for a new connection; then the flow itself, whose element counts. */
function lookups(set: string, way: Way, matches: readonly Match[], key: readonly FieldName[]): Rule[] {
  return [
    ...(way === 'original' ? [[state('new'), ...matches, verdictOf(ratesOf(set), ...key)]] : []),
    [...matches, isIn(set, ...key), pass(way)],
    [...matches, isIn(rangesOf(set), ...key), pass(way)],
  ];
}

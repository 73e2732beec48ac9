import type { Policy } from '../../policy/policy.ts';
import { dropAs } from '../drop-reasons.ts';
import type { Chain, NamedSet, Rule } from '../model.ts';
import { verdictMap } from '../named-sets.ts';
import {
  accept,
  confirmed,
  goTo,
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
  tcp,
  udp,
  verdictOf,
} from '../rule-parts.ts';
import { families, transports } from './family.ts';
import { boardsWithIpv6, linkLocalAddress } from './link-addresses.ts';

/** What the router itself accepts and sends. */
export function routerTrafficChains(policy: Policy): Chain[] {
  const { uplink } = policy;
  const uplinkRule = (field: 'meta iifname' | 'meta oifname', chain: string): Rule[] =>
    uplink === null ? [] : [[is(field, uplink.device), goTo(chain)]];
  return [
    {
      name: 'input',
      hook: { type: 'filter', hook: 'input', priority: 0, policy: 'drop' },
      rules: [
        [is('meta iifname', 'lo'), accept],
        [state('invalid'), dropAs('invalid')],
        [...notPlainSyn, dropAs('invalid')],
        ...uplinkRule('meta iifname', 'input_uplink'),
        [
          ipv4,
          udp,
          isIn('dhcp_to_server', 'udp sport', 'udp dport'),
          isIn('dhcp_requests', 'meta iifname', 'ip saddr', 'ip daddr'),
          accept,
        ],
        [ipv6, icmpv6, isIn('neighbour_of_host', 'icmpv6 type'), goTo('input_neighbour')],
        ...families.flatMap((family) =>
          transports.map(
            (transport): Rule => [
              family.match,
              transport.match,
              state('established', 'new'),
              original,
              isIn(
                `services_${transport.name}_${family.name}`,
                'meta iifname',
                family.source,
                family.destination,
                `${transport.name} dport`,
              ),
              goTo('admit'),
            ],
          ),
        ),
        [dropAs('input')],
      ],
    },
    {
      name: 'output',
      hook: { type: 'filter', hook: 'output', priority: 0, policy: 'drop' },
      rules: [
        [is('meta oifname', 'lo'), accept],
        [state('invalid'), dropAs('invalid')],
        [...notPlainSyn, dropAs('invalid')],
        ...uplinkRule('meta oifname', 'output_uplink'),
        [
          ipv4,
          udp,
          isIn('dhcp_to_client', 'udp sport', 'udp dport'),
          isIn('dhcp_answers', 'meta oifname', 'ip saddr', 'ip daddr'),
          accept,
        ],
        [
          ipv6,
          icmpv6,
          isIn('neighbour_of_router', 'icmpv6 type'),
          is('ip6 hoplimit', 255),
          isIn('neighbour_destinations', 'meta oifname', 'ip6 daddr'),
          accept,
        ],
        ...families.flatMap((family) =>
          transports.map(
            (transport): Rule => [
              family.match,
              transport.match,
              state('established'),
              reply,
              isIn(
                `services_${transport.name}_${family.name}`,
                'meta oifname',
                family.destination,
                family.source,
                `${transport.name} sport`,
              ),
              accept,
            ],
          ),
        ),
        ...ownErrorRules,
        [dropAs('output')],
      ],
    },
    ...neighbourChains(policy),
    ...(uplink === null ? [] : uplinkChains(policy)),
  ];
}

/** ICMP errors of a connection, to the one who opened it. */
const errorRules = (...ending: Rule): Rule[] =>
  families.map((family) => [
    family.match,
    family.icmp,
    isIn(`errors_${family.name}`, family.icmpType),
    state('related'),
    reply,
    ...ending,
  ]);

/**
 * The router's own, of connections that the policy let in. Routing comes before the forward chain: about a packet that leads nowhere, or whose hops are
 * used up, the kernel would make an error before any rule has looked at where it goes, and conntrack calls that related to the connection that it might have begun.
 */
const ownErrorRules: readonly Rule[] = errorRules(confirmed, goTo('admit_own_error'));

/** Neighbour discovery of a board: from this link (RFC 4861 wants hop limit 255), and for its own addresses alone. */
function neighbourChains(policy: Policy): Chain[] {
  return [
    {
      name: 'input_neighbour',
      hook: null,
      rules: [
        [ipv6, isNot('ip6 hoplimit', 255), dropAs('input')],
        [ipv6, icmpv6, isNot('icmpv6 code', 'no-route'), dropAs('input')],
        [ipv6, icmpv6, isIn('neighbour_without_address', 'icmpv6 type'), accept],
        [verdictOf('neighbour_targets', 'meta iifname')],
        [dropAs('source')],
      ],
    },
    ...boardsWithIpv6(policy).map(({ name, mac, ipv6: { board } }) => ({
      name: targetChain(name),
      hook: null,
      rules: [
        ...[board, linkLocalAddress(mac)].map(
          (address): Rule => [ipv6, icmpv6, is('@th,64,128', address), accept],
        ),
        [dropAs('source')],
      ],
    })),
  ];
}

/** By device, where an advertisement of its board is checked. */
export const neighbourTargets = (policy: Policy): NamedSet =>
  verdictMap(
    'neighbour_targets',
    ['meta iifname'],
    false,
    boardsWithIpv6(policy).map(({ name, device }) => ({
      key: [device],
      verdict: { kind: 'goto', chain: targetChain(name) },
    })),
  );

const targetChain = (board: string): string => `target_${board.replaceAll('-', '_')}`;

function uplinkChains({ uplink, router }: Policy): Chain[] {
  const dhcp = uplink!.ipv4.kind === 'dhcp';
  const advertised = uplink!.ipv6?.kind === 'router-advertisement';
  const anyResolver = router.dns.forwarded.length > 0 && router.dns.upstream.length === 0;
  // Whom the lists that follow do not name must be no board and no martian.
  const anyPeer = anyResolver || router.management.some(({ from }) => from.kind === 'uplink');
  const familiesOfUplink = families.filter(({ name }) => name === 'ipv4' || uplink!.ipv6 !== null);
  return [
    {
      name: 'input_uplink',
      hook: null,
      rules: [
        ...(dhcp ? [[ipv4, udp, isIn('dhcp_to_client', 'udp sport', 'udp dport'), accept]] : []),
        ...(uplink!.ipv6 === null
          ? []
          : [[ipv6, icmpv6, isIn('neighbour_of_router', 'icmpv6 type'), goTo('input_uplink_neighbour')]]),
        ...familiesOfUplink.flatMap((family): Rule[] => [
          ...transports.flatMap(({ name, match }): Rule[] => [
            [
              family.match,
              match,
              state('established'),
              reply,
              isIn(`upstream_${name}_${family.name}`, family.source, `${name} sport`),
              accept,
            ],
            ...(anyResolver
              ? [[family.match, match, state('established'), reply, is(`${name} sport`, 53), accept]]
              : []),
          ]),
          [
            family.match,
            tcp,
            state('established', 'new'),
            original,
            isIn(`management_${family.name}`, 'meta iifname', family.source, 'tcp dport'),
            goTo('admit'),
          ],
        ]),
        ...errorRules(goTo('admit_error')),
        [dropAs('input')],
      ],
    },
    {
      name: 'input_uplink_neighbour',
      hook: null,
      rules: [
        [ipv6, isNot('ip6 hoplimit', 255), dropAs('input')],
        [ipv6, icmpv6, isNot('icmpv6 code', 'no-route'), dropAs('input')],
        ...(advertised ? [] : [[ipv6, icmpv6, is('icmpv6 type', 'nd-router-advert'), dropAs('input')]]),
        [accept],
      ],
    },
    {
      name: 'output_uplink',
      hook: null,
      rules: [
        ...(dhcp
          ? [
              [
                ipv4,
                udp,
                isIn('dhcp_to_server', 'udp sport', 'udp dport'),
                isNotIn('own_ipv4', 'meta oifname', 'ip daddr'),
                accept,
              ],
            ]
          : []),
        ...(uplink!.ipv6 === null
          ? []
          : [
              ...(advertised
                ? []
                : [[ipv6, icmpv6, is('icmpv6 type', 'nd-router-solicit'), dropAs('output')]]),
              [ipv6, icmpv6, isIn('neighbour_of_host', 'icmpv6 type'), is('ip6 hoplimit', 255), accept],
            ]),
        ...ownErrorRules,
        ...familiesOfUplink.flatMap((family): Rule[] => [
          ...transports.map(
            ({ name, match }): Rule => [
              family.match,
              match,
              state('established', 'new'),
              original,
              isIn(`upstream_${name}_${family.name}`, family.destination, `${name} dport`),
              accept,
            ],
          ),
          ...(anyPeer
            ? [
                [
                  family.match,
                  isIn(`refused_${family.name}`, 'meta oifname', family.destination),
                  dropAs('output'),
                ],
              ]
            : []),
          [
            family.match,
            tcp,
            state('established'),
            reply,
            isIn(`management_${family.name}`, 'meta oifname', family.destination, 'tcp sport'),
            accept,
          ],
          ...(anyResolver
            ? transports.map(
                ({ name, match }): Rule => [
                  family.match,
                  match,
                  state('established', 'new'),
                  original,
                  is(`${name} dport`, 53),
                  accept,
                ],
              )
            : []),
        ]),
        [dropAs('output')],
      ],
    },
  ];
}

import type { Policy } from '../../policy/policy.ts';
import { dropAs } from '../drop-reasons.ts';
import type { Chain, Match, Rule } from '../model.ts';
import { accept, ethernet, goTo, icmpv6, ipv4, ipv6, is, isIn, isNot, isNotIn, udp } from '../rule-parts.ts';

/** Before defragmentation (NF_IP_PRI_CONNTRACK_DEFRAG, -400), so that a fragment is seen as one. */
const beforeDefragmentation = -450;

const toThisMachine: Match = is('meta pkttype', 'host');

/** What may come in by a link at all, whoever it is for: decided by each packet alone. */
export function ingressChains({ uplink }: Policy): Chain[] {
  const fromUplink: Match[] = uplink === null ? [] : [is('meta iifname', uplink.device)];
  const uplinkRule = (chain: string): Rule[] => (uplink === null ? [] : [[...fromUplink, goTo(chain)]]);
  return [
    {
      name: 'ingress',
      hook: { type: 'filter', hook: 'prerouting', priority: beforeDefragmentation, policy: 'drop' },
      rules: [
        [is('meta iifname', 'lo'), accept],
        [ipv4, goTo('ingress_ipv4')],
        [ipv6, goTo('ingress_ipv6')],
        [dropAs('protocol')],
      ],
    },
    {
      name: 'ingress_ipv4',
      hook: null,
      rules: [
        // "More fragments" and the offset: RFC 791
        [
          ipv4,
          { kind: 'masked', field: 'ip frag-off', mask: 0x3fff, operator: '!=', value: 0 },
          dropAs('fragment'),
        ],
        [ipv4, isNot('ip hdrlength', 5), dropAs('options')],
        [isNotIn('protocols_ipv4', 'meta l4proto'), dropAs('protocol')],
        ...uplinkRule('ingress_uplink_ipv4'),
        [...boardLink('ipv4'), toThisMachine, accept],
        [
          ipv4,
          ethernet,
          udp,
          isIn('dhcp_to_server', 'udp sport', 'udp dport'),
          isIn('dhcp_clients', 'meta iifname', 'ether saddr', 'ip saddr', 'ip daddr'),
          accept,
        ],
        [...boardLink('ipv4'), dropAs('cast')],
        [dropAs('source')],
      ],
    },
    {
      name: 'ingress_uplink_ipv4',
      hook: null,
      rules: [
        [ipv4, isIn('refused_ipv4', 'meta iifname', 'ip saddr'), dropAs('martian')],
        ...(uplink?.ipv4.kind === 'dhcp'
          ? [
              [
                ipv4,
                udp,
                isIn('dhcp_to_client', 'udp sport', 'udp dport'),
                is('ip daddr', '255.255.255.255'),
                accept,
              ],
            ]
          : []),
        [ipv4, isIn('refused_ipv4', 'meta iifname', 'ip daddr'), dropAs('martian')],
        [toThisMachine, accept],
        [dropAs('cast')],
      ],
    },
    {
      name: 'ingress_ipv6',
      hook: null,
      rules: [
        [ipv6, is('ip6 nexthdr', 'ipv6-frag'), dropAs('fragment')],
        [ipv6, isNotIn('protocols_ipv6', 'ip6 nexthdr'), dropAs('options')],
        ...(uplink !== null && uplink.ipv6 !== null ? uplinkRule('ingress_uplink_ipv6') : []),
        [ipv6, icmpv6, isIn('neighbour_of_host', 'icmpv6 type'), goTo('ingress_neighbour')],
        [...boardLink('ipv6'), toThisMachine, accept],
        [...boardLink('ipv6'), dropAs('cast')],
        [dropAs('source')],
      ],
    },
    {
      name: 'ingress_neighbour',
      hook: null,
      rules: [
        [ipv6, ethernet, isIn('neighbours', 'meta iifname', 'ether saddr', 'ip6 saddr'), accept],
        [
          ipv6,
          ethernet,
          icmpv6,
          isIn('neighbour_without_address', 'icmpv6 type'),
          is('ip6 saddr', '::'),
          isIn('neighbours_without_address', 'meta iifname', 'ether saddr'),
          accept,
        ],
        [dropAs('source')],
      ],
    },
    {
      name: 'ingress_uplink_ipv6',
      hook: null,
      rules: [
        [ipv6, isIn('own_ipv6', 'meta iifname', 'ip6 saddr'), dropAs('martian')],
        [ipv6, icmpv6, isIn('neighbour_of_router', 'icmpv6 type'), accept],
        [ipv6, isIn('refused_ipv6', 'meta iifname', 'ip6 saddr'), dropAs('martian')],
        [ipv6, isIn('refused_ipv6', 'meta iifname', 'ip6 daddr'), dropAs('martian')],
        [toThisMachine, accept],
        [dropAs('cast')],
      ],
    },
  ];
}

/** The board's own MAC and address, at its own link. */
const boardLink = (family: 'ipv4' | 'ipv6'): Match[] =>
  family === 'ipv4'
    ? [ipv4, ethernet, isIn('links_ipv4', 'meta iifname', 'ether saddr', 'ip saddr')]
    : [ipv6, ethernet, isIn('links_ipv6', 'meta iifname', 'ether saddr', 'ip6 saddr')];

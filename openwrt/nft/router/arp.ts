import type { Policy } from '../../policy/policy.ts';
import { dropAs, dropChains, dropCounters } from '../drop-reasons.ts';
import type { Rule, Table } from '../model.ts';
import { exactSet, intervalSet } from '../named-sets.ts';
import { accept, ethernet, is, isIn, isNotIn } from '../rule-parts.ts';
import { rangeKey } from './address-range.ts';
import { ownNetworks } from './link-addresses.ts';

/** ARP: a board speaks for its own address with its own MAC, the uplink for none of the cluster's. */
export function arpTable(name: string, policy: Policy): Table {
  const { boards, uplink } = policy;
  const spoken = uplink !== null && uplink.ipv4.kind !== 'pppoe';
  const rules = (field: 'meta iifname' | 'meta oifname', board: Rule, both: boolean): Rule[] => [
    board,
    ...(spoken
      ? [
          [
            is(field, uplink.device),
            isIn('arp_operations', 'arp operation'),
            isNotIn('own', field, 'arp saddr ip'),
            ...(both ? [isNotIn('own', field, 'arp daddr ip')] : []),
            accept,
          ],
        ]
      : []),
  ];
  return {
    family: 'arp',
    name,
    counters: dropCounters,
    sets: [
      exactSet('arp_operations', ['arp operation'], [['request'], ['reply']]),
      exactSet(
        'claims',
        ['meta iifname', 'ether saddr', 'arp saddr ether', 'arp saddr ip', 'arp daddr ip'],
        boards.map(({ device, mac, ipv4 }) => [device, mac, mac, ipv4.board, ipv4.router]),
      ),
      exactSet(
        'answers',
        ['meta oifname', 'arp saddr ip', 'arp daddr ip'],
        boards.map(({ device, ipv4 }) => [device, ipv4.router, ipv4.board]),
      ),
      intervalSet(
        'own',
        ['meta iifname', 'arp saddr ip'],
        uplink === null ? [] : ownNetworks(policy, 'ipv4').map((range) => [uplink.device, rangeKey(range)]),
      ),
    ],
    chains: [
      {
        name: 'input',
        hook: { type: 'filter', hook: 'input', priority: 0, policy: 'drop' },
        rules: [
          ...rules(
            'meta iifname',
            [
              ethernet,
              isIn('arp_operations', 'arp operation'),
              isIn(
                'claims',
                'meta iifname',
                'ether saddr',
                'arp saddr ether',
                'arp saddr ip',
                'arp daddr ip',
              ),
              accept,
            ],
            false,
          ),
          [dropAs('arp_input')],
        ],
      },
      {
        name: 'output',
        hook: { type: 'filter', hook: 'output', priority: 0, policy: 'drop' },
        rules: [
          ...rules(
            'meta oifname',
            [
              isIn('arp_operations', 'arp operation'),
              isIn('answers', 'meta oifname', 'arp saddr ip', 'arp daddr ip'),
              accept,
            ],
            true,
          ),
          [dropAs('arp_output')],
        ],
      },
      ...dropChains,
    ],
  };
}

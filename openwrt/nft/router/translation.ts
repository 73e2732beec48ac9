import type { Policy } from '../../policy/policy.ts';
import { dropAs } from '../drop-reasons.ts';
import type { Chain, Match, NamedSet, Rule } from '../model.ts';
import { verdictMap } from '../named-sets.ts';
import { ipv4, is, isIn, tcp, udp, verdictOf } from '../rule-parts.ts';
import { families, transports } from './family.ts';
import { boardNamed } from './link-addresses.ts';

/** NF_IP_PRI_NAT_DST, NF_IP_PRI_NAT_SRC: linux/netfilter_ipv4.h */
const destinationPriority = -100;
const sourcePriority = 100;

/** Address translation, and what makes sure that no own address leaves untranslated. None without an uplink. */
export function translationChains(policy: Policy): Chain[] {
  const { uplink, forwards } = policy;
  if (uplink === null) return [];
  const toUplink = is('meta oifname', uplink.device);
  return [
    {
      name: 'translate_destination',
      hook: { type: 'nat', hook: 'prerouting', priority: destinationPriority, policy: 'accept' },
      rules: transports.map(
        ({ name, match }): Rule => [
          is('meta iifname', uplink.device),
          ipv4,
          addressOfUplink(uplink),
          match,
          verdictOf(`forwarded_${name}`, `${name} dport`),
        ],
      ),
    },
    ...forwards.map((forward) => ({
      name: forwardChain(forward.id),
      hook: null,
      rules: [
        [
          ipv4,
          forward.protocol === 'tcp' ? tcp : udp,
          {
            kind: 'dnat',
            address: boardNamed(policy, forward.to.name).ipv4.board,
            port: forward.to.port,
          } as const,
        ],
      ],
    })),
    {
      name: 'translate_source',
      hook: { type: 'nat', hook: 'postrouting', priority: sourcePriority, policy: 'accept' },
      rules: families.map(
        (family): Rule => [
          toUplink,
          family.match,
          isIn(`boards_${family.name}`, family.source),
          { kind: 'masquerade' },
        ],
      ),
    },
    {
      name: 'egress',
      hook: { type: 'filter', hook: 'postrouting', priority: sourcePriority + 1, policy: 'accept' },
      rules: families.map(
        (family): Rule => [
          family.match,
          isIn(`own_${family.name}`, 'meta oifname', family.source),
          dropAs('leak'),
        ],
      ),
    },
  ];
}

/** The uplink's address, or, where that is given to the router, whatever is the router's own there. */
const addressOfUplink = ({ ipv4: kind }: NonNullable<Policy['uplink']>): Match =>
  kind.kind === 'static' ? is('ip daddr', kind.address) : is('fib daddr . iif type', 'local');

/** By port, where a forward leads. */
export const forwardedPorts = ({ forwards }: Policy): NamedSet[] =>
  transports.map(({ name }) =>
    verdictMap(
      `forwarded_${name}`,
      [`${name} dport`],
      false,
      forwards
        .filter(({ protocol }) => protocol === name)
        .map(({ id, port }) => ({ key: [port], verdict: { kind: 'goto', chain: forwardChain(id) } })),
    ),
  );

const forwardChain = (id: string): string => `to_${id}`;

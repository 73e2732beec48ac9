import { overlaps, parseAddress, parseNetwork } from '../../address/ip-network.ts';
import { usableNetwork } from '../../address/special-networks.ts';
import type { Report } from '../../rule.ts';
import { type ClusterFields, clusterRule, uplinkName } from '../cluster-fields.ts';
import { sortedNetworks } from '../resolve-flow.ts';
import { networkLists } from '../written-networks.ts';

export const uplinkRules = [
  clusterRule('pppoe-needs-openwrt', ['router', 'uplink'], ({ router, uplink }, report) => {
    if (uplink?.ipv4.kind !== 'pppoe' || router.base === 'openwrt') return;
    report({
      at: ['uplink', 'ipv4', 'pppoe'],
      on: 'key',
      message: 'the embedded base cannot dial up',
      remedy: 'write router.base: openwrt, or put a modem that dials up by itself before the router',
    });
  }),

  clusterRule('management-needs-openwrt', ['router', 'management'], ({ router, management }, report) => {
    if (router.base === 'openwrt') return;
    for (const [index, { service }] of management.entries()) {
      report({
        at: ['management', index],
        message: `the embedded base has no ${service}: nothing in it can be logged into`,
        remedy: 'remove it, or write router.base: openwrt',
      });
    }
  }),

  clusterRule(
    'uplink-there',
    ['uplink', 'flows', 'forwards', 'management', 'dns', 'time'],
    ({ uplink, flows, forwards, management, dns, time }, report) => {
      if (uplink !== null) return;
      const users = [
        ...flows.flatMap(({ to }, index) => (to === uplinkName ? [['flows', index, 'to']] : [])),
        ...forwards.map((_, index) => ['forwards', index]),
        ...management.flatMap(({ from }, index) =>
          from === uplinkName ? [['management', index, 'from']] : [],
        ),
        ...(dns.upstream.length > 0 ? [['dns', 'upstream']] : []),
        ...(time.upstream.length > 0 ? [['time', 'upstream']] : []),
      ];
      for (const at of users) {
        report({
          at,
          message: 'the cluster has no uplink',
          remedy: 'add uplink: with its port, or remove this',
        });
      }
    },
  ),

  clusterRule(
    'upstream-reachable',
    ['uplink', 'addressing', 'dns', 'time'],
    ({ uplink, addressing, dns, time }, report) => {
      if (uplink === null) return;
      const own = sortedNetworks(
        addressing.ipv6 === null ? [addressing.ipv4] : [addressing.ipv4, addressing.ipv6],
      );
      for (const [field, { upstream }] of [
        ['dns', dns],
        ['time', time],
      ] as const) {
        for (const [index, text] of upstream.entries()) {
          const address = parseAddress(text);
          if (address === null) continue;
          const blocked = address.family === 'ipv6' && uplink.ipv6 === null;
          const inside = (own ?? []).some((segments) => overlaps(segments, address));
          if (!blocked && !inside && usableNetwork(address)) continue;
          report({
            at: [field, 'upstream', index],
            message: blocked
              ? `${text} is out of reach: the uplink has no IPv6`
              : `${text} is no address of a machine beyond the uplink`,
            remedy: blocked ? 'name an IPv4 address, or add uplink.ipv6' : 'name one that is there',
          });
        }
      }
    },
  ),

  clusterRule('networks-of-uplink', ['flows', 'management'], ({ flows, management }, report) => {
    const uses = [
      ...flows.map(({ to, networks }, index) => ({ at: ['flows', index, 'networks'], end: to, networks })),
      ...management.map(({ from, networks }, index) => ({
        at: ['management', index, 'networks'],
        end: from,
        networks,
      })),
    ];
    for (const { at, end, networks } of uses) {
      if (networks === null || end === uplinkName) continue;
      report({
        at,
        on: 'key',
        message: `networks are those of the uplink, and ${end} has its own address`,
        remedy: 'remove them',
      });
    }
  }),

  clusterRule('networks-apart-from-boards', ['addressing', 'flows', 'forwards', 'management'], networksApart),
];

/** Out there nobody has an address of the cluster's own, and packets that say so are dropped: naming them opens nothing, or is a mistake. */
function networksApart(
  { addressing, ...fields }: Pick<ClusterFields, 'addressing' | 'flows' | 'forwards' | 'management'>,
  report: Report,
): void {
  const own = sortedNetworks([addressing.ipv4, ...(addressing.ipv6 === null ? [] : [addressing.ipv6])]) ?? [];
  for (const { at, texts, of } of networkLists(fields)) {
    for (const [index, text] of texts.entries()) {
      const network = parseNetwork(text);
      // Of the others forward-opens-what-it-says says more.
      if (network === null || (network.prefixLength === 0 && of !== 'flow')) continue;
      const inside = own.some((segments) => overlaps(segments, network));
      if (!inside && usableNetwork(network)) continue;
      report({
        at: [...at, index],
        message: inside
          ? `${text} overlaps the boards’ own addresses, which nobody out there has`
          : `${text} has addresses that nobody out there can have`,
        remedy: 'name networks beyond the uplink',
      });
    }
  }
}

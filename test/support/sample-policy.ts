import type { BoardLink, Flow, Origin, Policy } from '../../openwrt/policy/policy.ts';

/** Policies made by hand: one that has everything a policy can say, and ones of any number of boards. */

const origin: Origin = { file: 'sample.yaml', line: 1, column: 1 };

/** Number `n` from 1, with IPv6 if asked: eth`n`, 10.0.`n`.0/30 (10.`n / 256`… beyond), fd00:0:0:`n`::/64. */
export function sampleBoard(n: number, name: string, withIpv6: boolean): BoardLink {
  const high = Math.floor(n / 256);
  const low = n % 256;
  const mac = [2, 0, 0, 0, high, low].map((octet) => octet.toString(16).padStart(2, '0')).join(':');
  const group = n.toString(16);
  return {
    name,
    device: `eth${n}`,
    attachment: { kind: 'port' },
    mac,
    ipv4: { router: `10.${high}.${low}.1`, board: `10.${high}.${low}.2`, prefixLength: 30 },
    ipv6: withIpv6
      ? { router: `fd00:0:0:${group}::1`, board: `fd00:0:0:${group}::2`, prefixLength: 64 }
      : null,
  };
}

const flow = (
  id: string,
  from: string,
  to: string | readonly string[],
  match: Flow['match'],
  more: Partial<Flow> = {},
): Flow => ({
  id,
  family: 'ipv4',
  from: { kind: 'board', name: from },
  to: typeof to === 'string' ? { kind: 'board', name: to } : { kind: 'uplink', networks: to },
  match,
  rate: null,
  origin,
  ...more,
});

const ports = (protocol: 'tcp' | 'udp', ...list: (number | [number, number])[]): Flow['match'] => ({
  protocol,
  ports: list.map((port) =>
    typeof port === 'number' ? { first: port, last: port } : { first: port[0], last: port[1] },
  ),
});
const echo: Flow['match'] = { protocol: 'icmp-echo' };

/** Everything a policy can say: both families, single ports and ranges, named networks and any address, rates, echo, forwards, services. */
export const samplePolicy: Policy = {
  cluster: 'sample',
  uplink: {
    device: 'eth0',
    ipv4: { kind: 'static', address: '198.18.0.2', prefixLength: 24, gateway: '198.18.0.1' },
    ipv6: { kind: 'static', address: '2600::2', prefixLength: 64, gateway: '2600::1' },
  },
  boards: [
    sampleBoard(1, 'node-1', true),
    sampleBoard(2, 'node-2', true),
    sampleBoard(3, 'store', false),
    sampleBoard(4, 'wallet', false),
  ],
  flows: [
    flow('n1_n2_echo', 'node-1', 'node-2', echo),
    flow('n1_n2_echo6', 'node-1', 'node-2', echo, { family: 'ipv6' }),
    flow('n1_n2_range', 'node-1', 'node-2', ports('tcp', [8100, 8110], 8200)),
    flow('n1_n2_tcp', 'node-1', 'node-2', ports('tcp', 8003)),
    flow('n1_n2_tcp6', 'node-1', 'node-2', ports('tcp', 8003, [9000, 9010]), { family: 'ipv6' }),
    flow('n1_n2_udp', 'node-1', 'node-2', ports('udp', 5000)),
    flow('n1_n2_udp6', 'node-1', 'node-2', ports('udp', 5000), { family: 'ipv6' }),
    flow('n1_store_limited', 'node-1', 'store', ports('tcp', 7000), { rate: { perSecond: 2, burst: 3 } }),
    flow('n2_any_echo', 'node-2', [], echo),
    flow('n2_any_tcp', 'node-2', [], ports('tcp', 443)),
    flow('n2_any_tcp6', 'node-2', [], ports('tcp', 443), { family: 'ipv6' }),
    flow('n2_any_udp', 'node-2', [], ports('udp', [3000, 3010])),
    flow('n2_net_tcp', 'node-2', ['198.18.0.0/24'], ports('tcp', 80)),
    flow('n2_net_tcp6', 'node-2', ['2600::/64'], ports('tcp', 80), { family: 'ipv6' }),
    flow('n2_net_udp', 'node-2', ['198.18.0.7/32', '198.18.1.0/24'], ports('udp', [53, 60]), {
      rate: { perSecond: 5, burst: 5 },
    }),
    flow('store_wallet_udp', 'store', 'wallet', ports('udp', 6000)),
  ],
  forwards: [
    {
      id: 'forward_tcp_8080',
      protocol: 'tcp',
      port: 8080,
      to: { name: 'store', port: 80 },
      sources: [],
      rate: null,
      origin,
    },
    {
      id: 'forward_tcp_8443',
      protocol: 'tcp',
      port: 8443,
      to: { name: 'store', port: 80 },
      sources: ['198.18.0.9/32'],
      rate: { perSecond: 10, burst: 20 },
      origin,
    },
    {
      id: 'forward_udp_4000',
      protocol: 'udp',
      port: 4000,
      to: { name: 'node-1', port: 4001 },
      sources: [],
      rate: null,
      origin,
    },
  ],
  router: {
    dns: {
      local: ['node-1', 'node-2', 'store'],
      forwarded: ['node-2'],
      upstream: ['198.18.0.53', '2600::53'],
    },
    time: { served: ['node-1', 'store'], upstream: ['198.18.0.123'] },
    management: [
      { id: 'ssh_node_1', from: { kind: 'board', name: 'node-1' }, service: 'ssh', port: 22, origin },
      {
        id: 'ssh_uplink',
        from: { kind: 'uplink', networks: ['198.18.0.9/32'] },
        service: 'ssh',
        port: 22,
        origin,
      },
    ],
  },
};

/** The same without fixed addresses on the uplink, whose resolvers DHCP names. */
export const sampleWithDhcp: Policy = {
  ...samplePolicy,
  uplink: { device: 'eth0', ipv4: { kind: 'dhcp' }, ipv6: { kind: 'router-advertisement' } },
  router: { ...samplePolicy.router, dns: { ...samplePolicy.router.dns, upstream: [] } },
};

/** A cluster that has no way out, no IPv6 and no flow. */
export const sampleAlone: Policy = {
  cluster: 'alone',
  uplink: null,
  boards: [sampleBoard(1, 'a', false), sampleBoard(2, 'b', false)],
  flows: [],
  forwards: [],
  router: {
    dns: { local: [], forwarded: [], upstream: [] },
    time: { served: [], upstream: [] },
    management: [],
  },
};

/** `count` boards, each with two services that the next eight may use, DNS, time and one port of any address. */
export function policyOfSize(count: number): Policy {
  const name = (n: number): string => `node-${String(n).padStart(3, '0')}`;
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const names = numbers.map(name);
  return {
    cluster: `of-${count}`,
    uplink: samplePolicy.uplink,
    boards: numbers.map((n) => sampleBoard(n, name(n), false)),
    flows: numbers.flatMap((n) => [
      flow(`node_${n}_any_tcp_443`, name(n), [], ports('tcp', 443)),
      ...[1, 2, 3, 4, 5, 6, 7, 8]
        .filter((step) => step < count)
        .flatMap((step) => {
          const to = ((n + step - 1) % count) + 1;
          return [
            flow(`node_${n}_node_${to}_tcp_8003`, name(n), name(to), ports('tcp', 8003)),
            flow(`node_${n}_node_${to}_udp_8004`, name(n), name(to), ports('udp', [8004, 8007])),
          ];
        }),
    ]),
    forwards: [],
    router: {
      dns: { local: names, forwarded: names, upstream: ['198.18.0.53'] },
      time: { served: names, upstream: ['198.18.0.123'] },
      management: [],
    },
  };
}

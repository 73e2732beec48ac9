import type { Flow, ManagementAccess, Policy } from '../../../openwrt/policy/policy.ts';
import { examplePolicy } from '../../support/example-policies.ts';
import { sampleAlone, samplePolicy, sampleWithDhcp } from '../../support/sample-policy.ts';

const origin = { file: 'varied.yaml', line: 1, column: 1 };
const base = await examplePolicy('skyminer-4');

const managed = (policy: Policy, networks: readonly string[]): Policy => ({
  ...policy,
  router: {
    ...policy.router,
    management: [
      {
        id: 'manager',
        from: { kind: 'uplink', networks },
        service: 'ssh',
        port: 22,
        origin,
      } satisfies ManagementAccess,
    ],
  },
});
const ofIpv4 = ({ flows, ...policy }: Policy): Policy => ({
  ...policy,
  flows: flows.filter(({ family }) => family === 'ipv4'),
});
const flow = (
  id: string,
  family: Flow['family'],
  from: string,
  to: Flow['to'],
  match: Flow['match'],
  rate: Flow['rate'] = null,
): Flow => ({
  id,
  family,
  from: { kind: 'board', name: from },
  to,
  match,
  rate,
  origin,
});
const anywhere = { kind: 'uplink', networks: [] } as const;
const echo = { protocol: 'icmp-echo' } as const;

/** Policies that between them have every kind of uplink, link, flow, forward and service. */
export const variedPolicies: Readonly<Record<string, Policy>> = {
  'the sample': samplePolicy,
  'an uplink by DHCP': sampleWithDhcp,
  'boards without flows and uplink': sampleAlone,
  'a router that anybody may manage': managed(base, []),
  // The answers of the uplink's own DHCP server look like those of a flow.
  'any port of UDP beyond a static uplink': {
    ...samplePolicy,
    flows: [
      flow('node_2__uplink__udp', 'ipv4', 'node-2', anywhere, {
        protocol: 'udp',
        ports: [{ first: 1, last: 65535 }],
      }),
    ],
  },
  'managers by IPv6': managed(base, ['2001:4860::/32']),
  'managers in private networks': managed(samplePolicy, ['192.168.1.0/24', '10.9.0.0/16']),
  'no uplink': {
    ...base,
    uplink: null,
    flows: base.flows.filter(({ to }) => to.kind === 'board'),
    forwards: [],
    router: {
      ...base.router,
      dns: { ...base.router.dns, forwarded: [] },
      time: { served: [], upstream: [] },
    },
  },
  'an uplink without IPv6': {
    ...base,
    uplink: { ...base.uplink!, ipv6: null },
    flows: base.flows.filter(({ to, family }) => to.kind === 'board' || family === 'ipv4'),
  },
  'boards without IPv6': ofIpv4({ ...base, boards: base.boards.map((board) => ({ ...board, ipv6: null })) }),
  'an uplink by PPPoE': ofIpv4({
    ...base,
    uplink: { device: 'pppoe-uplink', ipv4: { kind: 'pppoe', port: 'eth0', user: 'u' }, ipv6: null },
  }),
  'an uplink with static addresses': {
    ...base,
    uplink: {
      device: 'eth0',
      ipv4: { kind: 'static', address: '192.168.1.9', prefixLength: 24, gateway: '192.168.1.1' },
      ipv6: { kind: 'static', address: '2a00:1::9', prefixLength: 64, gateway: '2a00:1::1' },
    },
  },
  echo: {
    ...base,
    flows: [
      ...base.flows,
      ...(['ipv4', 'ipv6'] as const).flatMap((family) => [
        flow(`echo_${family}`, family, 'wallet', { kind: 'board', name: 'node' }, echo),
        flow(`echo_up_${family}`, family, 'node', anywhere, echo, { perSecond: 3, burst: 4 }),
      ]),
    ],
  },
  'flows to named networks': {
    ...base,
    flows: [
      ...base.flows,
      flow(
        'named',
        'ipv4',
        'wallet',
        { kind: 'uplink', networks: ['10.1.0.0/16', '192.168.1.0/24', '8.8.8.8/32'] },
        {
          protocol: 'udp',
          ports: [
            { first: 1000, last: 2000 },
            { first: 3000, last: 3000 },
          ],
        },
      ),
      flow(
        'rated',
        'ipv4',
        'node',
        { kind: 'uplink', networks: ['1.0.0.0/8'] },
        { protocol: 'tcp', ports: [{ first: 400, last: 500 }] },
        { perSecond: 5, burst: 9 },
      ),
    ],
  },
  'boards on VLANs': {
    ...base,
    boards: base.boards.map((board, index) => ({
      ...board,
      device: `eth1.${10 + index}`,
      attachment: { kind: 'vlan', trunk: 'eth1', id: 10 + index },
    })),
  },
};

import type { Flow, Policy } from '../../openwrt/policy/policy.ts';

const origin = { file: 'small.yaml', line: 1, column: 1 };

/** A board reaches another one on one port, and a network beyond the uplink. */
const flows: readonly Flow[] = [
  {
    id: 'node_1_to_cxo_1_tcp',
    family: 'ipv4',
    from: { kind: 'board', name: 'node-1' },
    to: { kind: 'board', name: 'cxo-1' },
    match: { protocol: 'tcp', ports: [{ first: 8003, last: 8003 }] },
    rate: null,
    origin,
  },
  {
    id: 'node_1_to_uplink_tcp',
    family: 'ipv4',
    from: { kind: 'board', name: 'node-1' },
    to: { kind: 'uplink', networks: ['10.0.2.0/24'] },
    match: { protocol: 'tcp', ports: [{ first: 443, last: 443 }] },
    rate: null,
    origin,
  },
];

/** Two boards and an uplink with DHCP. Of the boards, cxo-1 has no way out. */
export const smallPolicy: Policy = {
  cluster: 'small',
  uplink: { device: 'eth0', ipv4: { kind: 'dhcp' }, ipv6: null },
  boards: [
    {
      name: 'cxo-1',
      device: 'eth1',
      attachment: { kind: 'port' },
      mac: '02:00:00:00:01:01',
      ipv4: { router: '10.20.1.1', board: '10.20.1.2', prefixLength: 30 },
      ipv6: null,
    },
    {
      name: 'node-1',
      device: 'eth2',
      attachment: { kind: 'port' },
      mac: '02:00:00:00:02:01',
      ipv4: { router: '10.20.2.1', board: '10.20.2.2', prefixLength: 30 },
      ipv6: null,
    },
  ],
  flows,
  forwards: [],
  router: {
    dns: { local: ['cxo-1', 'node-1'], forwarded: ['node-1'], upstream: [] },
    time: { served: ['cxo-1', 'node-1'], upstream: [] },
    management: [],
  },
};

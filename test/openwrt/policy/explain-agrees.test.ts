import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { contains, parseAddress, parseNetwork } from '../../../builder/recipe/address/ip-network.ts';
import { explainPacket } from '../../../openwrt/policy/explain/explain-packet.ts';
import type { AskedPacket } from '../../../openwrt/policy/explain/packet.ts';
import type { Policy } from '../../../openwrt/policy/policy.ts';
import { compileUci } from '../../../openwrt/uci/compile-uci.ts';
import { readFirewall4 } from '../../../openwrt/uci/firewall4-model/firewall4.ts';
import type { Opening } from '../../../openwrt/uci/firewall4-model/opening.ts';
import { exampleClusters, examplePolicy } from '../../support/example-policies.ts';

/** Two things that know nothing of each other: the explanation of a packet, and what firewall4's model opens by the UCI. */
const test = suite('explanations agree with what is opened');
const ports = [22, 53, 67, 123, 443, 6000, 6001, 6010, 6420, 8003, 8010, 8011, 8012];
const beyond = ['93.184.216.34', '192.168.1.9', '172.20.0.17', '172.21.0.5', '172.22.7.200', '2620:fe::9'];

for (const name of exampleClusters) {
  test(`${name}: every pair of boards, the router and places beyond the uplink, on every port that plays a part`, async () => {
    const policy = await examplePolicy(name);
    const files = compileUci(policy);
    const { openings } = readFirewall4(files['/etc/config/firewall']!, files);
    let passed = 0;
    let tried = 0;
    for (const packet of packets(policy)) {
      const { verdict, because } = explainPacket(policy, packet);
      const open = openings.some((opening) => lets(opening, packet, policy));
      assert.is(verdict === 'passes', open, `${JSON.stringify(packet)}: ${because}`);
      passed += Number(open);
      tried += 1;
    }
    assert.ok(passed > 20 && tried > 20 * passed, `${passed} of ${tried}`);
  });
}

function* packets(policy: Policy): Generator<AskedPacket> {
  const own = policy.boards.flatMap(({ ipv4, ipv6 }) =>
    [ipv4, ipv6].flatMap((part) => (part === null ? [] : [part])),
  );
  const uplink = policy.uplink?.ipv4.kind === 'static' ? [policy.uplink.ipv4.address] : [];
  const sources = [...own.map(({ board }) => board), ...beyond];
  const destinations = [...own.flatMap(({ board, router }) => [board, router]), ...beyond, ...uplink];
  for (const source of sources) {
    for (const destination of destinations) {
      const family = familyOf(source);
      // What is one machine, or stays beyond the uplink, never meets the router.
      if (family !== familyOf(destination) || source === destination) continue;
      if (beyond.includes(source) && beyond.includes(destination)) continue;
      yield { protocol: 'icmp', family, source, destination, port: null };
      for (const protocol of ['tcp', 'udp'] as const) {
        for (const port of ports) yield { protocol, family, source, destination, port };
      }
    }
  }
}

function lets(opening: Opening, packet: AskedPacket, { boards, uplink }: Policy): boolean {
  const sender = boards.find((board) => board[packet.family]?.board === packet.source);
  const receiver = boards.find((board) => board[packet.family]?.board === packet.destination);
  const inside = boards.some((board) => board[packet.family]?.router === packet.destination);
  const toRouter = inside || (uplink?.ipv4.kind === 'static' && uplink.ipv4.address === packet.destination);
  const hook = toRouter ? (sender === undefined ? 'dnat' : 'input') : 'forward';
  const from = sender?.device ?? uplink!.device;
  const to = toRouter ? '' : (receiver?.device ?? uplink!.device);
  return (
    opening.hook === hook &&
    // Ports are forwarded at the uplink's address, not at those of the links.
    !(hook === 'dnat' && inside) &&
    opening.family === packet.family &&
    [from, ''].includes(opening.in) &&
    [to, ''].includes(opening.out) &&
    opening.protocol === packet.protocol &&
    (packet.port === null
      ? opening.icmpTypes.includes('echo-request')
      : opening.ports.includes(String(packet.port))) &&
    holds(opening.sources, packet.source) &&
    holds(opening.destinations, packet.destination)
  );
}

function holds(networks: readonly string[], address: string): boolean {
  const parsed = parseAddress(address)!;
  const isIn = (text: string) => contains(parseNetwork(text)!, parsed);
  const [excluded, meant] = [
    networks.filter((text) => text.startsWith('!')),
    networks.filter((text) => /^[0-9a-f]/.test(text)),
  ];
  return !excluded.some((text) => isIn(text.slice(1))) && (meant.length === 0 || meant.some(isIn));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}

test.run();

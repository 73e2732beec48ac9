import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadCluster } from '../../builder/recipe/load-cluster.ts';
import { compileRuleset } from '../../openwrt/nft/compile-ruleset.ts';
import type { Ruleset } from '../../openwrt/nft/model.ts';
import { printNft } from '../../openwrt/nft/print-text.ts';
import { accept, ipv4, is, state, translated, udp } from '../../openwrt/nft/rule-parts.ts';
import type { Policy } from '../../openwrt/policy/policy.ts';
import { policyOfCluster } from '../../openwrt/policy/policy-of-cluster.ts';
import { frame } from '../support/packet-frame.ts';
import { describeProbe, frameOf, type Probe, probesIn, probesOf } from '../support/packet-matrix.ts';
import { checkout } from '../support/places.ts';
import { addFirst } from '../support/ruleset-mutants.ts';
import { sampleAlone, samplePolicy } from '../support/sample-policy.ts';
import { compileSegmentPrograms, segmentsUnavailable } from '../support/segment-programs.ts';
import { SegmentWorld } from '../support/segment-world.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { wherePossible } from '../support/where-possible.ts';

/** Packets between two looks at what arrived: what a socket's buffer holds. */
const roundSize = 400;

const unavailable = segmentsUnavailable();
const withSegments = wherePossible(test, unavailable);
const programs = unavailable === null ? await compileSegmentPrograms() : null;
const cluster = async (name: string): Promise<Policy> =>
  policyOfCluster(await loadCluster(join(checkout, `recipes/clusters/${name}.yaml`)));
const policies = [samplePolicy, sampleAlone, await cluster('skyminer-4'), await cluster('skyminer-8')];

for (const policy of policies) {
  withSegments(`every pair of ${policy.cluster}, allowed and not`, async () => {
    const world = await SegmentWorld.start(programs!, policy, compileRuleset(policy));
    try {
      const probes = probesOf(policy);
      const arrivals = await send(world, probes);
      const wrong = probes.flatMap((probe, number) => verdictOn(probe, arrivals.get(number) ?? []));
      assert.equal(wrong, []);
      const allowed = probes.filter(({ arrives }) => arrives !== null).length;
      console.log(`${policy.cluster}: ${probes.length} packets, ${allowed} of them allowed`);
    } finally {
      world.close();
    }
  });
}

withSegments('connections and datagrams of real sockets, after ARP and neighbour discovery', async () => {
  const world = await SegmentWorld.start(programs!, samplePolicy, compileRuleset(samplePolicy), {
    staticNeighbours: false,
  });
  try {
    const heard = await world.converse(
      'listen tcp4 node-2 10.0.2.2 8003',
      'listen tcp6 node-2 fd00:0:0:2::2 8003',
      'listen closed node-2 10.0.2.2 8004',
      'udp udp4 node-2 10.0.2.2 5000',
      'udp udp6 node-2 fd00:0:0:2::2 5000',
      'listen web outside 8.8.8.8 443',
      'listen home store 10.0.3.2 80',
      'listen dns router 10.0.1.1 53',
      'udp time router 10.0.1.1 123',
      'connect a node-1 10.0.2.2 8003',
      'connect b node-1 fd00:0:0:2::2 8003',
      'connect c node-1 10.0.2.2 8004',
      'connect d node-2 8.8.8.8 443',
      'connect e outside 198.18.0.2 8080',
      'connect f node-1 8.8.8.8 443',
      'connect g node-1 10.0.1.1 53',
      'udp h node-1 10.0.1.2 5555',
      'udp i node-1 fd00:0:0:1::2 5555',
    );
    assert.ok(heard.every((lines) => lines.length === 0));
    const ends = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const said = await world.converse(
      ...ends.map((end) => `say ${end} hello-from-${end}`),
      'tell h 10.0.2.2 5000 hello-from-h',
      'tell i fd00:0:0:2::2 5000 hello-from-i',
      'tell h 10.0.1.1 123 what-time',
      'tell h 10.0.2.2 5001 nobody-hears',
    );
    // 11: EAGAIN, still connecting.
    assert.equal(
      said.map((lines) => lines[0]),
      ['said', 'said', 'silent 11', 'said', 'said', 'silent 11', 'said', 'said', 'said', 'said', 'said'],
    );
    const services = ['tcp4', 'tcp6', 'closed', 'udp4', 'udp6', 'web', 'home', 'dns', 'time'];
    assert.equal(
      (await world.converse(...services.map((service) => `heard ${service}`))).map(
        (lines) => lines[0] ?? null,
      ),
      [
        'heard hello-from-a',
        'heard hello-from-b',
        null,
        'heard hello-from-h',
        'heard hello-from-i',
        'heard hello-from-d',
        'heard hello-from-e',
        'heard hello-from-g',
        'heard what-time',
      ],
    );
    const answered = await world.converse(...ends.map((end) => `heard ${end}`));
    assert.equal(
      answered.map((lines) => lines[0] ?? null),
      ['heard answer', 'heard answer', null, 'heard answer', 'heard answer', null, 'heard answer'],
    );
  } finally {
    world.close();
  }
});

withSegments(
  'what a board sends to everyone reaches nobody: DHCP offers, router advertisements, multicast',
  async () => {
    const world = await SegmentWorld.start(programs!, samplePolicy, compileRuleset(samplePolicy));
    try {
      const broadcast = { ...world.toRouter('node-1'), to: 'ff:ff:ff:ff:ff:ff' };
      const [source, source6] = ['10.0.1.2', 'fe80::ff:fe00:1'];
      const offer = { kind: 'udp', from: 67, to: 68, text: 'take this address' } as const;
      const advertisement = { kind: 'icmp', type: 134, body: Buffer.alloc(12, 7) } as const;
      const seen = await world.exchange(
        [
          frame(broadcast, { source, destination: '255.255.255.255' }, offer),
          frame(broadcast, { source, destination: '10.0.2.2' }, offer),
          frame(broadcast, { source: source6, destination: 'ff02::1', hopLimit: 255 }, advertisement),
          frame(world.toRouter('node-1'), { source, destination: '224.0.0.251' }, offer),
          frame(world.toRouter('node-1'), { source: source6, destination: 'fd00:0:0:2::2' }, advertisement),
        ].map((bytes) => ({ from: 'node-1', frame: bytes })),
      );
      const reached = [...seen].filter(
        ([name, packets]) =>
          name !== 'node-1' && packets.some((packet) => [source, source6].includes(packet.source)),
      );
      assert.equal(reached, []);
    } finally {
      world.close();
    }
  },
);

/** Who has heard a datagram from outside to a port that was forwarded, without an answer, before the router loaded another ruleset. */
async function heardAfterChange(changed: Ruleset): Promise<string[]> {
  const world = await SegmentWorld.start(programs!, samplePolicy, compileRuleset(samplePolicy));
  try {
    const tell = (text: string) =>
      world.exchange([
        {
          from: 'outside',
          frame: frame(
            world.toRouter('outside'),
            { source: '8.8.8.8', destination: '198.18.0.2' },
            { kind: 'udp', from: 777, to: 4000, text },
          ),
        },
      ]);
    const hearers = (seen: Awaited<ReturnType<typeof tell>>, text: string): string[] =>
      [...seen].flatMap(([name, packets]) =>
        name !== 'outside' && packets.some(({ payload }) => payload.includes(text)) ? [name] : [],
      );
    assert.equal(hearers(await tell('before'), 'before'), ['node-1']);
    const file = join(temporaryFolder('changed-ruleset'), 'ruleset.nft');
    writeFileSync(file, `flush ruleset\n${printNft(changed)}`);
    await world.run('router', `nft -f ${file}`);
    return hearers(await tell('after'), 'after');
  } finally {
    world.close();
  }
}

withSegments('a forward that is taken away ends also what nobody has answered yet', async () => {
  const moved = {
    ...samplePolicy,
    forwards: samplePolicy.forwards.map((one) => (one.port === 4000 ? { ...one, port: 4005 } : one)),
  };
  const ruleset = compileRuleset(moved);
  assert.equal(await heardAfterChange(ruleset), []);
  // Conntrack calls it new and translates it as before: without the port that it was sent to it is one of the forward from another port.
  const trusting = addFirst('from_uplink_original_ipv4', [
    state('new'),
    translated,
    is('meta oifname', 'eth1'),
    ipv4,
    is('ip daddr', '10.0.1.2'),
    udp,
    is('udp dport', 4001),
    accept,
  ]);
  assert.equal(await heardAfterChange(trusting(ruleset)), ['node-1']);
});

/** Where each probe, by number, was seen. */
async function send(world: SegmentWorld, probes: readonly Probe[]): Promise<Map<number, string[]>> {
  const seen = new Map<number, string[]>();
  for (let start = 0; start < probes.length; start += roundSize) {
    const round = probes.slice(start, start + roundSize);
    const arrived = await world.exchange(round.map((probe, index) => frameOf(world, probe, start + index)));
    for (const [place, packets] of arrived) {
      for (const number of probesIn(packets)) seen.set(number, [...(seen.get(number) ?? []), place]);
    }
  }
  return seen;
}

function verdictOn(probe: Probe, places: readonly string[]): string[] {
  if (probe.limited && places.length === 0) return [];
  const expected = probe.arrives === null ? [] : [probe.arrives];
  if (places.join() === expected.join()) return [];
  return [
    `${describeProbe(probe)}: arrived at ${places.join() || 'no place'}, not at ${expected.join() || 'none'}`,
  ];
}

test.run();

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type BoardNeeds, boardRuleset } from '../../openwrt/nft/board-ruleset.ts';
import type { Ruleset } from '../../openwrt/nft/model.ts';
import { accept } from '../../openwrt/nft/rule-parts.ts';
import {
  echoBody,
  ethernetFrame,
  fragments,
  frame,
  type IpHeader,
  readPacket,
  type SeenPacket,
  type Transport,
} from '../support/packet-frame.ts';
import { addFirst, both, goesTo, type Mutation, withoutRules } from '../support/ruleset-mutants.ts';
import { sampleAlone } from '../support/sample-policy.ts';
import { compileSegmentPrograms, segmentsUnavailable } from '../support/segment-programs.ts';
import { SegmentWorld, settledAddresses } from '../support/segment-world.ts';

/** Here the machine in the middle, `router`, is the board at 10.0.1.1; `a`, at 10.0.1.2, is what stands at the other end of its link. */
const [board, peer] = ['10.0.1.1', '10.0.1.2'];

const recipe: BoardNeeds = {
  ports: [
    { name: 'http', port: 8003, protocol: 'tcp', purpose: 'objects' },
    { name: 'discovery', port: 5000, protocol: 'udp', purpose: 'finds others' },
  ],
  connects: [
    { name: 'peers', protocol: 'tcp', ports: [6000], by: 'name', purpose: 'others' },
    { name: 'dht', protocol: 'udp', ports: [6881], by: 'address', purpose: 'others' },
  ],
  needs: { dns: true, time: true },
  capabilities: [],
};

interface Trial {
  readonly name: string;
  /** What stops it, taken out; none for what has to pass. */
  readonly without?: Mutation;
  readonly getsThrough: (world: SegmentWorld) => Promise<boolean>;
}

const inputOpen = addFirst('input', [accept]);
const outputOpen = addFirst('output', [accept]);
const datagram = (to: number, from = 1000): Transport => ({ kind: 'udp', from, to, text: 'hello' });

const sent = (world: SegmentWorld, transport: Transport, ip: Partial<IpHeader> = {}) => ({
  from: 'a',
  frame: frame(world.toRouter('a'), { source: peer, destination: board, ...ip }, transport),
});

/** A datagram to a socket of the board. */
const hears =
  (port: number, from = 1000) =>
  async (world: SegmentWorld) => {
    await world.converse(`udp s router ${board} ${port}`);
    await world.exchange([sent(world, datagram(port, from))]);
    return (await world.converse('heard s'))[0]!.length > 0;
  };
/** A TCP connection to or from the board. */
const connects = (from: 'a' | 'router', to: 'a' | 'router', port: number) => async (world: SegmentWorld) => {
  const address = to === 'a' ? peer : board;
  await world.converse(`listen s ${to} ${address} ${port}`, `connect c ${from} ${address} ${port}`);
  await world.converse('say c hello');
  return (await world.converse('heard s'))[0]![0] === 'heard hello';
};
/** A datagram of the board. */
const says = (port: number) => async (world: SegmentWorld) => {
  await world.converse(
    `udp s a ${peer} ${port}`,
    `udp c router ${board} 1000`,
    `tell c ${peer} ${port} hello`,
  );
  return (await world.converse('heard s'))[0]!.length > 0;
};
const answers =
  (is: (packet: SeenPacket) => boolean, ...transports: Transport[]) =>
  async (world: SegmentWorld) => {
    const seen = await world.exchange(transports.map((transport) => sent(world, transport)));
    return seen.get('a')!.some(is);
  };

const trials: readonly Trial[] = [
  { name: 'a connection to a port of the recipe', getsThrough: connects('a', 'router', 8003) },
  { name: 'a datagram to a port of the recipe', getsThrough: hears(5000) },
  { name: 'a connection that the recipe names', getsThrough: connects('router', 'a', 6000) },
  { name: 'a datagram that the recipe names', getsThrough: says(6881) },
  { name: 'a question to DNS', getsThrough: says(53) },
  { name: 'a question for the time', getsThrough: says(123) },
  {
    name: 'an echo',
    getsThrough: answers(({ icmpType }) => icmpType === 0, {
      kind: 'icmp',
      type: 8,
      body: echoBody(1, 'hello'),
    }),
  },
  {
    name: 'a connection to another port',
    without: both(inputOpen, outputOpen),
    getsThrough: connects('a', 'router', 8004),
  },
  { name: 'a datagram to another port', without: inputOpen, getsThrough: hears(5001) },
  { name: 'an answer that nobody asked for', without: inputOpen, getsThrough: hears(1000, 6881) },
  {
    name: 'a connection that the recipe does not name',
    without: both(inputOpen, outputOpen),
    getsThrough: connects('router', 'a', 6001),
  },
  { name: 'a datagram that the recipe does not name', without: outputOpen, getsThrough: says(6882) },
  {
    name: 'a refusal, which would tell that a port is closed',
    without: both(inputOpen, outputOpen),
    getsThrough: answers(({ flags }) => flags !== null && (flags & 4) !== 0, {
      kind: 'tcp',
      from: 1000,
      to: 8005,
      flags: 2,
    }),
  },
  {
    name: 'fragments',
    without: withoutRules('ingress', goesTo('drop_fragment')),
    getsThrough: async (world) => {
      await world.converse(`udp s router ${board} 5000`);
      const long: Transport = { kind: 'udp', from: 1000, to: 5000, text: 'longer-than-a-first-fragment' };
      await world.exchange(
        fragments({ source: peer, destination: board }, long, 16).map((part) => ({
          from: 'a',
          frame: ethernetFrame(world.toRouter('a'), 0x0800, part),
        })),
      );
      return (await world.converse('heard s'))[0]!.length > 0;
    },
  },
  {
    name: 'IPv6',
    without: both(addFirst('ingress', [accept]), inputOpen, outputOpen),
    getsThrough: async (world) => {
      await world.run('router', `ip addr add fd00::1/64 dev eth1 nodad; ${settledAddresses}`);
      await world.run(
        'router',
        `ip neigh replace fd00::2 lladdr ${world.board('a').mac} dev eth1 nud permanent`,
      );
      const bytes = frame(
        world.toRouter('a'),
        { source: 'fd00::2', destination: 'fd00::1' },
        { kind: 'icmp', type: 128, body: echoBody(1, 'hello') },
      );
      const seen = await world.exchangeFrames([{ from: 'a', frame: bytes }]);
      return seen.get('a')!.some((got) => readPacket(got)?.icmpType === 129);
    },
  },
  {
    name: 'a packet that the board would pass on',
    without: addFirst('forward', [accept]),
    getsThrough: async (world) => {
      const seen = await world.exchange([sent(world, datagram(5000), { destination: '10.0.2.2' })]);
      return seen.get('b')!.some(({ ports }) => ports?.[1] === 5000);
    },
  },
];

const unavailable = segmentsUnavailable();
const programs = unavailable === null ? await compileSegmentPrograms() : null;
const ruleset = boardRuleset(recipe);

for (const trial of trials) {
  const { without } = trial;
  const name = `${without === undefined ? 'passes' : 'stopped'}: ${trial.name}`;
  const run = async (): Promise<void> => {
    assert.is(await getsThrough(trial, ruleset), without === undefined);
    if (without) assert.ok(await getsThrough(trial, without(ruleset)), 'it does not get through the mutant');
  };
  if (unavailable === null) test(name, run);
  else {
    console.log(`SKIP ${name}: ${unavailable}`);
    test.skip(name, run);
  }
}

async function getsThrough(trial: Trial, of: Ruleset): Promise<boolean> {
  const world = await SegmentWorld.start(programs!, sampleAlone, of);
  try {
    return await trial.getsThrough(world);
  } finally {
    world.close();
  }
}

test.run();

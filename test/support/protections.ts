import { accept, goTo, icmp, icmpv6, ipv4, ipv6, udp } from '../../openwrt/nft/rule-parts.ts';
import type { Policy } from '../../openwrt/policy/policy.ts';
import {
  arpFrame,
  echoBody,
  errorBody,
  ethernetFrame,
  fragments,
  frame,
  type IpHeader,
  neighbourBody,
  packet,
  type SeenPacket,
  type Transport,
} from './packet-frame.ts';
import {
  addFirst,
  both,
  changeChain,
  compares,
  goesTo,
  looksIn,
  type Mutation,
  withoutParts,
  withoutRules,
} from './ruleset-mutants.ts';
import { samplePolicy } from './sample-policy.ts';
import type { SegmentWorld, Sending } from './segment-world.ts';

/** Something hostile, and the one thing in the ruleset that stops it. */
export interface Protection {
  readonly name: string;
  /** Other layers that would stop it too, taken out so that this one alone decides; it still has to. */
  readonly opened?: Mutation;
  /** Takes the protection out. */
  readonly without: Mutation;
  /** Tries it. @returns whether it got through */
  readonly getsThrough: (world: SegmentWorld) => Promise<boolean>;
}

/** With a forward whose port stays the same, so that a packet that was not translated looks like one that was. */
export const protectedPolicy: Policy = {
  ...samplePolicy,
  forwards: [
    ...samplePolicy.forwards,
    { ...samplePolicy.forwards[0]!, id: 'forward_tcp_9000', port: 9000, to: { name: 'store', port: 9000 } },
  ],
};

const address: Readonly<Record<string, string>> = {
  'node-1': '10.0.1.2',
  'node-2': '10.0.2.2',
  store: '10.0.3.2',
  wallet: '10.0.4.2',
  outside: '8.8.8.8',
};
const address6 = { 'node-1': 'fd00:0:0:1::2', 'node-2': 'fd00:0:0:2::2' } as const;
const otherMac = '02:bb:00:00:00:01';

const syn = (to: number, from = 1000): Transport => ({ kind: 'tcp', from, to, flags: 2 });
const datagram = (to: number, from = 1000, text = 'hostile'): Transport => ({ kind: 'udp', from, to, text });

/** A packet from one end to another, changed by `ip`. */
function sent(
  world: SegmentWorld,
  from: string,
  to: string,
  transport: Transport,
  ip: Partial<IpHeader> = {},
): Sending {
  return {
    from,
    frame: frame(
      world.toRouter(from),
      { source: address[from]!, destination: address[to]!, ...ip },
      transport,
    ),
  };
}

async function arrives(
  world: SegmentWorld,
  to: string,
  sendings: readonly Sending[],
  is: (packet: SeenPacket) => boolean,
): Promise<boolean> {
  const seen = await world.exchange(sendings);
  return seen.get(to)!.some(is);
}

const toPort =
  (port: number) =>
  ({ ports }: SeenPacket): boolean =>
    ports?.[1] === port;

/** Forwards everything that comes so far. */
const forwardOpen = addFirst('forward', [accept]);
const inputOpen = addFirst('input', [accept]);
const outputOpen = addFirst('output', [accept]);
/** Believes every source. */
const sourceUnchecked = both(
  withoutParts('ingress_ipv4', looksIn('links_ipv4')),
  withoutParts('ingress_ipv6', looksIn('links_ipv6')),
);

const extension = (number: number, ...rest: number[]) => ({
  number,
  bytes: Uint8Array.from([0, ...rest, ...new Array(7 - rest.length).fill(0)]),
});

const extensionHeader = (name: string, header: ReturnType<typeof extension>, reason: string): Protection => ({
  name: `an IPv6 ${name} header`,
  without: withoutRules('ingress_ipv6', goesTo(`drop_${reason}`)),
  getsThrough: async (world) =>
    await arrives(
      world,
      'node-2',
      [
        sent(world, 'node-1', 'node-2', syn(8003), {
          source: address6['node-1'],
          destination: address6['node-2'],
          extensions: [header],
        }),
      ],
      // Defragmentation takes a fragment header away.
      (seen) => seen.protocol === header.number || toPort(8003)(seen),
    ),
});

/** A datagram from node-1 to node-2, so that their connection is tracked, and then an ICMP error about it. */
async function errorArrives(world: SegmentWorld, from: string, type: number): Promise<boolean> {
  const about = packet({ source: address['node-1']!, destination: address['node-2']! }, datagram(5000));
  return await arrives(
    world,
    'node-1',
    [
      sent(world, 'node-1', 'node-2', datagram(5000)),
      sent(world, from, 'node-1', { kind: 'icmp', type, code: 1, body: errorBody(about) }),
    ],
    ({ icmpType, source, payload }) => icmpType === type && payload[1] === 1 && source === address[from],
  );
}

export const protections: readonly Protection[] = [
  {
    name: 'a MAC that is not the board’s',
    without: sourceUnchecked,
    getsThrough: async (world) => {
      const bytes = frame(
        { ...world.toRouter('node-1'), from: otherMac },
        { source: address['node-1']!, destination: address['node-2']! },
        syn(8003),
      );
      return await arrives(world, 'node-2', [{ from: 'node-1', frame: bytes }], toPort(8003));
    },
  },
  ...[
    { where: 'at its link', opened: forwardOpen, without: sourceUnchecked },
    { where: 'by the flow, which names the device', opened: sourceUnchecked, without: forwardOpen },
  ].map(({ where, opened, without }) => ({
    name: `the address of another board: ${where}`,
    opened,
    without,
    getsThrough: async (world: SegmentWorld) =>
      await arrives(
        world,
        'wallet',
        [sent(world, 'node-1', 'wallet', datagram(6000), { source: address.store! })],
        toPort(6000),
      ),
  })),
  {
    name: 'fragments',
    without: withoutRules('ingress_ipv4', goesTo('drop_fragment')),
    getsThrough: async (world) => {
      const ip = { source: address['node-1']!, destination: address['node-2']! };
      const parts = fragments(ip, datagram(5000, 1000, 'in two parts, of which one has no port'), 16);
      const frames = parts.map((part) => ({
        from: 'node-1',
        frame: ethernetFrame(world.toRouter('node-1'), 0x0800, part),
      }));
      return await arrives(world, 'node-2', frames, toPort(5000));
    },
  },
  {
    name: 'IPv4 options',
    without: withoutRules('ingress_ipv4', goesTo('drop_options')),
    getsThrough: async (world) =>
      await arrives(
        world,
        'node-2',
        [sent(world, 'node-1', 'node-2', syn(8003), { options: Uint8Array.of(1, 1, 1, 0) })],
        toPort(8003),
      ),
  },
  {
    name: 'a protocol that no policy can name',
    opened: forwardOpen,
    without: withoutRules('ingress_ipv4', goesTo('drop_protocol')),
    getsThrough: async (world) =>
      await arrives(
        world,
        'node-2',
        [sent(world, 'node-1', 'node-2', { kind: 'raw', protocol: 47, bytes: Buffer.alloc(8) })],
        ({ protocol }) => protocol === 47,
      ),
  },
  {
    name: 'a broadcast frame with a packet for the router',
    without: withoutParts('ingress_ipv4', compares('meta pkttype')),
    getsThrough: async (world) => {
      await world.converse('udp time router 10.0.1.1 123');
      const bytes = frame(
        { ...world.toRouter('node-1'), to: 'ff:ff:ff:ff:ff:ff' },
        { source: address['node-1']!, destination: '10.0.1.1' },
        datagram(123),
      );
      await world.exchange([{ from: 'node-1', frame: bytes }]);
      return (await world.converse('heard time'))[0]!.length > 0;
    },
  },
  ...[
    { name: 'a martian from the uplink', source: '203.0.113.9' },
    { name: 'a cluster’s own address from the uplink', source: '10.0.4.2' },
  ].map(({ name, source }) => ({
    name,
    without: withoutRules('ingress_uplink_ipv4', goesTo('drop_martian')),
    getsThrough: async (world: SegmentWorld) =>
      await arrives(
        world,
        'store',
        [sent(world, 'outside', 'store', syn(8080), { source, destination: '198.18.0.2' })],
        toPort(80),
      ),
  })),
  ...[
    {
      where: 'at the uplink',
      opened: withoutParts('from_uplink_original_ipv4', compares('ct status')),
      without: withoutRules('ingress_uplink_ipv4', goesTo('drop_martian')),
    },
    {
      where: 'since nothing translated it',
      opened: withoutRules('ingress_uplink_ipv4', goesTo('drop_martian')),
      without: withoutParts('from_uplink_original_ipv4', compares('ct status')),
    },
  ].map(({ where, opened, without }) => ({
    name: `a board’s own address as destination from the uplink: ${where}`,
    opened,
    without,
    getsThrough: async (world: SegmentWorld) =>
      await arrives(world, 'store', [sent(world, 'outside', 'store', syn(9000))], toPort(9000)),
  })),
  {
    name: 'a board that reaches for a forward (reflection)',
    opened: forwardOpen,
    without: withoutParts('translate_destination', compares('meta iifname')),
    getsThrough: async (world) =>
      await arrives(
        world,
        'store',
        [sent(world, 'node-2', 'store', syn(8080), { destination: '198.18.0.2' })],
        toPort(80),
      ),
  },
  {
    name: 'a TCP packet of no connection, the way of a flow',
    without: withoutRules('forward', goesTo('drop_invalid')),
    getsThrough: async (world) =>
      await arrives(
        world,
        'node-2',
        [sent(world, 'node-1', 'node-2', { kind: 'tcp', from: 1000, to: 8003, flags: 16 })],
        toPort(8003),
      ),
  },
  {
    name: 'a packet that conntrack finds invalid',
    opened: changeChain('forward', (rules) => [...rules.slice(0, 2), [ipv4, goTo('forward_original_ipv4')]]),
    without: withoutRules('forward', goesTo('drop_invalid')),
    getsThrough: async (world) =>
      await arrives(
        world,
        'node-2',
        [
          sent(world, 'node-1', 'node-2', {
            kind: 'tcp',
            from: 1000,
            to: 8003,
            flags: 2,
            brokenChecksum: true,
          }),
        ],
        toPort(8003),
      ),
  },
  {
    name: 'an answer that nobody asked for',
    without: addFirst('forward', [ipv4, goTo('forward_reply_ipv4')]),
    getsThrough: async (world) =>
      await arrives(world, 'node-1', [sent(world, 'node-2', 'node-1', datagram(1000, 5000))], toPort(1000)),
  },
  {
    name: 'an error about the connection of others',
    without: addFirst('forward_error_ipv4', [accept]),
    getsThrough: async (world) => await errorArrives(world, 'store', 3),
  },
  {
    name: 'a redirect from the other end of a connection',
    without: withoutParts('forward', looksIn('errors_ipv4')),
    getsThrough: async (world) => await errorArrives(world, 'node-2', 5),
  },
  {
    name: 'more errors a second than a link may send',
    without: withoutRules('admit_error', goesTo('drop_rate')),
    getsThrough: async (world) => {
      const count = 100;
      const about = packet({ source: address['node-1']!, destination: address['node-2']! }, datagram(5000));
      const error: Transport = { kind: 'icmp', type: 3, code: 1, body: errorBody(about) };
      const seen = await world.exchange([
        sent(world, 'node-1', 'node-2', datagram(5000)),
        ...Array.from({ length: count }, () => sent(world, 'node-2', 'node-1', error)),
      ]);
      return (
        seen.get('node-1')!.filter(({ icmpType, payload }) => icmpType === 3 && payload[1] === 1).length ===
        count
      );
    },
  },
  {
    name: 'a board’s address that leaves untranslated',
    opened: changeChain('translate_source', () => []),
    without: changeChain('egress', () => []),
    getsThrough: async (world) =>
      await arrives(world, 'outside', [sent(world, 'node-2', 'outside', syn(443))], ({ source }) =>
        source.startsWith('10.'),
      ),
  },
  {
    name: 'more connections a second than a flow may open',
    without: withoutRules('forward_original_ipv4', (part) => part.kind === 'verdict-map'),
    getsThrough: async (world) => {
      const count = 60;
      const frames = Array.from({ length: count }, (_, index) =>
        sent(world, 'node-1', 'store', syn(7000, 2000 + index)),
      );
      const seen = (await world.exchange(frames)).get('store')!.filter(toPort(7000));
      return seen.length === count;
    },
  },
  {
    name: 'more connections at one time than a link may have',
    without: withoutRules('admit', goesTo('drop_connections')),
    getsThrough: async (world) => {
      const frames = Array.from({ length: 1100 }, (_, index) =>
        sent(world, 'node-1', 'node-2', datagram(5000, 2000 + index)),
      );
      const seen = (await world.exchange(frames)).get('node-2')!.filter(toPort(5000));
      return seen.length > 1024;
    },
  },
  ...[
    { name: 'another’s address in ARP', sender: { mac: '02:00:00:00:00:01', address: '10.0.2.2' } },
    { name: 'another’s MAC in ARP', sender: { mac: otherMac, address: '10.0.1.2' } },
  ].map(({ name, sender }) => ({
    name,
    opened: addFirst('output', [accept], 'arp'),
    without: addFirst('input', [accept], 'arp'),
    getsThrough: async (world: SegmentWorld) => {
      const bytes = arpFrame({ from: '02:00:00:00:00:01', to: 'ff:ff:ff:ff:ff:ff' }, 1, sender, '10.0.1.1');
      const seen = await world.exchangeFrames([{ from: 'node-1', frame: bytes }]);
      return seen.get('node-1')!.some((got) => got.readUInt16BE(12) === 0x0806 && got[21] === 2);
    },
  })),
  {
    name: 'neighbour discovery with an address that is not the board’s',
    opened: outputOpen,
    without: addFirst('ingress_neighbour', [accept]),
    getsThrough: async (world) => {
      const mac = '02:00:00:00:00:01';
      const bytes = frame(
        world.toRouter('node-1'),
        { source: 'fe80::bad', destination: 'fd00:0:0:1::1', hopLimit: 255 },
        { kind: 'icmp', type: 135, body: neighbourBody(135, 'fd00:0:0:1::1', mac) },
      );
      return await arrives(
        world,
        'node-1',
        [{ from: 'node-1', frame: bytes }],
        ({ icmpType, destination }) => icmpType === 136 && destination === 'fe80::bad',
      );
    },
  },
  ...[
    {
      name: 'an advertisement of an address that is not the board’s',
      hopLimit: 255,
      target: 'fd00:0:0:1::99',
    },
    { name: 'neighbour discovery that a router passed on', hopLimit: 254, target: 'fd00:0:0:1::2' },
  ].map(({ name, hopLimit, target }) => ({
    name,
    // The kernel too wants hop limit 255: there the mutant shows in the counter of what was dropped.
    without: addFirst('input_neighbour', [accept]),
    getsThrough: async (world: SegmentWorld) => {
      const bytes = frame(
        world.toRouter('node-1'),
        { source: address6['node-1'], destination: 'fd00:0:0:1::1', hopLimit },
        { kind: 'icmp', type: 136, body: neighbourBody(136, target, otherMac) },
      );
      const before = await droppedBy(world, 'source', 'input');
      await world.exchange([{ from: 'node-1', frame: bytes }]);
      return (await droppedBy(world, 'source', 'input')) === before;
    },
  })),
  ...[
    {
      where: 'at its link',
      opened: inputOpen,
      without: both(addFirst('ingress_ipv6', [ipv6, icmpv6, accept])),
    },
    {
      where: 'at the router',
      opened: addFirst('ingress_ipv6', [ipv6, icmpv6, accept]),
      without: inputOpen,
    },
  ].map(({ where, opened, without }) => ({
    name: `a board that advertises itself as router: ${where}`,
    opened,
    without,
    getsThrough: async (world: SegmentWorld) => {
      await world.run('router', 'echo 2 >/proc/sys/net/ipv6/conf/eth1/accept_ra');
      const body = Uint8Array.of(64, 0, 0x07, 0x08, 0, 0, 0, 0, 0, 0, 0, 0);
      const bytes = frame(
        world.toRouter('node-1'),
        { source: 'fe80::ff:fe00:1', destination: 'ff02::1', hopLimit: 255 },
        { kind: 'icmp', type: 134, body },
      );
      await world.exchange([
        { from: 'node-1', frame: Buffer.concat([Buffer.from('333300000001', 'hex'), bytes.subarray(6)]) },
      ]);
      return (await world.run('router', 'ip -6 route show default dev eth1')).includes('fe80');
    },
  })),
  {
    name: 'a board that plays the DHCP server',
    without: addFirst('input', [ipv4, udp, accept]),
    getsThrough: async (world) => {
      await world.converse('udp client router 0.0.0.0 68');
      await world.exchange([sent(world, 'node-1', 'outside', datagram(68, 67), { destination: '10.0.1.1' })]);
      return (await world.converse('heard client'))[0]!.length > 0;
    },
  },
  {
    name: 'a DHCP request with another’s MAC',
    without: withoutParts('ingress_ipv4', looksIn('dhcp_clients')),
    getsThrough: async (world) => await dhcpRequestArrives(world, otherMac),
  },
  {
    name: 'the router’s word to a board that did not ask',
    without: outputOpen,
    getsThrough: async (world) => {
      await world.exchange([]);
      await world.converse('udp r router 10.0.1.1 9998', 'tell r 10.0.1.2 9999 hostile');
      return await hasSeen(world, 'node-1', 9999);
    },
  },
  {
    name: 'the router’s word to the uplink',
    without: outputOpen,
    getsThrough: async (world) => {
      await world.exchange([]);
      await world.converse('udp r router 198.18.0.2 9998', 'tell r 8.8.8.8 53 hostile');
      return await hasSeen(world, 'outside', 53);
    },
  },
  {
    name: 'an echo to the router',
    opened: outputOpen,
    without: addFirst('input', [ipv4, icmp, accept]),
    getsThrough: async (world) =>
      await arrives(
        world,
        'node-1',
        [
          sent(
            world,
            'node-1',
            'outside',
            { kind: 'icmp', type: 8, body: echoBody(1, 'hostile') },
            {
              destination: '10.0.1.1',
            },
          ),
        ],
        ({ icmpType }) => icmpType === 0,
      ),
  },
  ...(['ipv4', 'ipv6'] as const).flatMap((family) =>
    [
      { name: 'that leads nowhere', hops: 64, type: { ipv4: 3, ipv6: 1 } },
      { name: 'whose hops are used up', hops: 1, type: { ipv4: 11, ipv6: 3 } },
    ].map(({ name, hops, type }) => ({
      name: `the router’s answer to an ${family === 'ipv4' ? 'IPv4' : 'IPv6'} packet of no flow ${name}`,
      without: withoutParts('output', compares('ct status')),
      getsThrough: async (world: SegmentWorld) => {
        if (hops > 1) await world.run('router', `ip -${family === 'ipv4' ? 4 : 6} route del default`);
        return await isToldBy(world, family, hops, type[family]);
      },
    })),
  ),
  {
    name: 'IPv6 where the segment has none',
    opened: forwardOpen,
    without: addFirst('ingress_ipv6', [accept]),
    getsThrough: async (world) =>
      await arrives(
        world,
        'node-2',
        [
          sent(world, 'store', 'node-2', syn(8003), {
            source: 'fd00:0:0:3::2',
            destination: address6['node-2'],
          }),
        ],
        toPort(8003),
      ),
  },
  extensionHeader('hop-by-hop options', extension(0, 0, 1, 4), 'options'),
  extensionHeader('destination options', extension(60, 0, 1, 4), 'options'),
  extensionHeader('routing', extension(43, 0, 4, 0), 'options'),
  {
    ...extensionHeader('fragment', extension(44), 'fragment'),
    without: both(
      withoutRules('ingress_ipv6', goesTo('drop_fragment')),
      withoutRules('ingress_ipv6', goesTo('drop_options')),
    ),
  },
];

/** What has to get through all the same: the nearest harmless relatives of what is stopped. */
export const allowances: readonly Pick<Protection, 'name' | 'getsThrough'>[] = [
  {
    name: 'an error of the other end',
    getsThrough: async (world) => await errorArrives(world, 'node-2', 3),
  },
  {
    name: 'an error of the router about what it let in: nobody serves names',
    getsThrough: async (world) =>
      await arrives(
        world,
        'node-1',
        [sent(world, 'node-1', 'outside', datagram(53), { destination: '10.0.1.1' })],
        ({ icmpType, source }) => icmpType === 3 && source === '10.0.1.1',
      ),
  },
  {
    name: 'a DHCP request of the board',
    getsThrough: async (world) => await dhcpRequestArrives(world, '02:00:00:00:00:01'),
  },
  {
    name: 'the router’s question to its resolver',
    getsThrough: async (world) => {
      await world.exchange([]);
      await world.converse('udp r router 198.18.0.2 9998', 'tell r 198.18.0.53 53 question');
      return await hasSeen(world, 'outside', 53);
    },
  },
  {
    name: 'the board’s own claim in ARP',
    getsThrough: async (world) => {
      const mac = '02:00:00:00:00:01';
      const bytes = arpFrame(
        { from: mac, to: 'ff:ff:ff:ff:ff:ff' },
        1,
        { mac, address: '10.0.1.2' },
        '10.0.1.1',
      );
      const seen = await world.exchangeFrames([{ from: 'node-1', frame: bytes }]);
      return seen.get('node-1')!.some((got) => got.readUInt16BE(12) === 0x0806 && got[21] === 2);
    },
  },
];

async function dhcpRequestArrives(world: SegmentWorld, mac: string): Promise<boolean> {
  await world.converse('udp server router 0.0.0.0 67');
  const bytes = frame(
    { from: mac, to: 'ff:ff:ff:ff:ff:ff' },
    { source: '0.0.0.0', destination: '255.255.255.255' },
    datagram(67, 68),
  );
  await world.exchange([{ from: 'node-1', frame: bytes }]);
  return (await world.converse('heard server'))[0]!.length > 0;
}

/** Whether node-1, which has no way out, hears by an error of this type of its router that it has none. */
async function isToldBy(
  world: SegmentWorld,
  family: 'ipv4' | 'ipv6',
  hopLimit: number,
  type: number,
): Promise<boolean> {
  const ends =
    family === 'ipv4'
      ? { source: address['node-1']!, destination: '8.8.8.8' }
      : { source: address6['node-1'], destination: '2001:4860::8888' };
  const question = sent(world, 'node-1', 'outside', datagram(5999), { ...ends, hopLimit });
  return await arrives(
    world,
    'node-1',
    [question],
    ({ icmpType, destination }) => icmpType === type && destination === ends.source,
  );
}

/** Among the frames since the last look. */
async function hasSeen(world: SegmentWorld, name: string, port: number): Promise<boolean> {
  return (await world.seenSince(name)).some(toPort(port));
}

/** Packets that the router dropped for these reasons. */
async function droppedBy(world: SegmentWorld, ...reasons: readonly string[]): Promise<number> {
  const { nftables } = JSON.parse(await world.run('router', 'nft -j list counters')) as {
    nftables: { counter?: { name: string; packets: number } }[];
  };
  return nftables
    .filter(({ counter }) => counter && reasons.some((reason) => counter.name === `dropped_${reason}`))
    .reduce((sum, { counter }) => sum + counter!.packets, 0);
}

import ipaddr from 'ipaddr.js';
import { addressRange, rangeKey } from '../../openwrt/nft/router/address-range.ts';
import type { Flow, Policy } from '../../openwrt/policy/policy.ts';
import { echoBody, frame, type SeenPacket, type Transport } from './packet-frame.ts';
import { type SegmentWorld, type Sending, uplinkNetwork } from './segment-world.ts';

/** A packet that may begin a connection, and where the policy says that it arrives. */
export interface Probe {
  readonly from: string;
  /** null: nowhere. */
  readonly arrives: string | null;
  /** More of them a second than the flow allows may be dropped. */
  readonly limited: boolean;
  readonly source: string;
  readonly destination: string;
  readonly protocol: 'tcp' | 'udp' | 'icmp-echo';
  readonly port: number;
}

export const describeProbe = ({ from, source, destination, protocol, port }: Probe): string =>
  `${protocol} ${source} (${from}) > ${destination}${protocol === 'icmp-echo' ? '' : ` port ${port}`}`;

/** Somewhere near the uplink, in the internet, in the network of a home, and where no packet can come from. */
const outsideAddresses = {
  ipv4: ['198.18.0.7', '198.18.0.9', '198.18.1.3', '8.8.8.8', '192.168.1.77', '203.0.113.9', '100.64.0.5'],
  ipv6: ['2600::7', '2001:4860::8888', 'fd99::1', '2001:db8::9'],
};

/** Written anew for the tests, from docs/router-policy.md: what "any address" and "any source" leave out. */
const martian = ['203.0.113.0/24', '2001:db8::/32'];
const notGlobal = [...martian, '198.18.0.0/15', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'];

const isIn = (address: string, networks: readonly string[]): boolean =>
  networks.some((network) => {
    const [base, length] = ipaddr.parseCIDR(network);
    const parsed = ipaddr.parse(address);
    return parsed.kind() === base.kind() && parsed.match(base, length);
  });

/** Every pair of links, both families, TCP, UDP and echo, on every port that the policy names and on its neighbours. */
export function probesOf(policy: Policy): Probe[] {
  const ports = portsOf(policy);
  const each = (base: Omit<Probe, 'protocol' | 'port' | 'arrives' | 'limited'>): Probe[] => [
    ...(['tcp', 'udp'] as const).flatMap((protocol) =>
      ports.map((port) => decide(policy, { ...base, protocol, port })),
    ),
    decide(policy, { ...base, protocol: 'icmp-echo', port: 0 }),
  ];
  return (['ipv4', 'ipv6'] as const).flatMap((family) => {
    const ends = policy.boards.flatMap((board) => {
      const addresses = board[family];
      return addresses === null ? [] : [{ name: board.name, address: addresses.board }];
    });
    const outside = [...outsideAddresses[family], ...namedAddresses(policy, family)];
    const fromBoards = ends.flatMap(({ name, address }) => {
      const destinations = [
        ...ends.filter((end) => end.name !== name).map((end) => end.address),
        ...(policy.uplink === null ? [] : outside),
      ];
      return destinations.flatMap((destination) => each({ from: name, source: address, destination }));
    });
    if (policy.uplink === null) return fromBoards;
    const fromOutside = outside.flatMap((source) =>
      [...ends.map(({ address }) => address), uplinkNetwork(policy)[family].router].flatMap((destination) =>
        each({ from: 'outside', source, destination }),
      ),
    );
    return [...fromBoards, ...fromOutside];
  });
}

/** Of each network that the policy names outside, its first host's address and one that lies just before it: the very next may be a broadcast address. */
function namedAddresses({ flows, forwards }: Policy, family: 'ipv4' | 'ipv6'): string[] {
  const networks = [
    ...flows.flatMap(({ to }) => (to.kind === 'uplink' ? to.networks : [])),
    ...forwards.flatMap(({ sources }) => sources),
  ];
  const addresses = networks.flatMap((network) => {
    const range = addressRange(network);
    if (range.family !== family) return [];
    return [range.first < range.last ? range.first + 1n : range.first, range.first - 2n].map((address) =>
      String(rangeKey({ family, first: address, last: address })),
    );
  });
  return [...new Set(addresses)].filter((address) => !outsideAddresses[family].includes(address));
}

function portsOf({ flows, forwards }: Policy): number[] {
  const named = [
    ...flows.flatMap(({ match }) =>
      'ports' in match ? match.ports.flatMap(({ first, last }) => [first, last]) : [],
    ),
    ...forwards.flatMap(({ port, to }) => [port, to.port]),
  ];
  const near = named.flatMap((port) => [port - 1, port, port + 1]);
  return [...new Set([22, 53, 123, ...near])]
    .filter((port) => port > 0 && port < 65536)
    .sort((a, b) => a - b);
}

/** The oracle: from the policy's own words, flow by flow. */
function decide(policy: Policy, probe: Omit<Probe, 'arrives' | 'limited'>): Probe {
  const flows = policy.flows.filter((flow) => isOf(policy, flow, probe));
  if (flows.length > 0) {
    const { to } = flows[0]!;
    const arrives = to.kind === 'board' ? to.name : 'outside';
    return { ...probe, arrives, limited: flows.every(({ rate }) => rate !== null) };
  }
  const forward = policy.forwards.find(
    ({ protocol, port, sources }) =>
      probe.from === 'outside' &&
      probe.destination === uplinkNetwork(policy).ipv4.router &&
      probe.protocol === protocol &&
      probe.port === port &&
      !isIn(probe.source, martian) &&
      (sources.length === 0 || isIn(probe.source, sources)),
  );
  return { ...probe, arrives: forward?.to.name ?? null, limited: (forward?.rate ?? null) !== null };
}

function isOf(policy: Policy, flow: Flow, probe: Omit<Probe, 'arrives' | 'limited'>): boolean {
  const { match, to } = flow;
  if (flow.from.name !== probe.from || flow.family !== ipaddr.parse(probe.source).kind()) return false;
  if (match.protocol !== probe.protocol) return false;
  if ('ports' in match && !match.ports.some(({ first, last }) => probe.port >= first && probe.port <= last)) {
    return false;
  }
  if (to.kind === 'board') {
    const board = policy.boards.find(({ name }) => name === to.name)!;
    return board[flow.family]?.board === probe.destination;
  }
  const inside = policy.boards.some(
    ({ ipv4, ipv6 }) => ipv4.board === probe.destination || ipv6?.board === probe.destination,
  );
  if (inside || isIn(probe.destination, martian)) return false;
  return to.networks.length === 0
    ? !isIn(probe.destination, notGlobal)
    : isIn(probe.destination, to.networks);
}

/** The probe as a frame; `number` can be told from what arrives, whatever the router translated. */
export function frameOf(world: SegmentWorld, probe: Probe, number: number): Sending {
  return {
    from: probe.from,
    frame: frame(world.toRouter(probe.from), probe, transportOf(probe, number)),
  };
}

function transportOf({ protocol, port, source }: Probe, number: number): Transport {
  const from = 20000 + (number % 40000);
  if (protocol === 'tcp') return { kind: 'tcp', from, to: port, flags: 2, sequence: number };
  if (protocol === 'udp') return { kind: 'udp', from, to: port, text: `probe ${number}.` };
  return { kind: 'icmp', type: source.includes(':') ? 128 : 8, body: echoBody(from, `probe ${number}.`) };
}

/** Numbers of the probes among the packets that a namespace has seen. */
export function probesIn(packets: readonly SeenPacket[]): number[] {
  return packets.flatMap(({ protocol, flags, icmpType, payload }) => {
    if (protocol === 6 && flags === 2) return [payload.readUInt32BE(4)];
    const isProbe = protocol === 17 || icmpType === 8 || icmpType === 128;
    const text = isProbe && /probe (\d+)\./.exec(payload.toString('latin1'));
    return text ? [Number(text[1])] : [];
  });
}

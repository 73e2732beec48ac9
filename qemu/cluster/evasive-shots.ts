import type { Policy } from '../../openwrt/policy/policy.ts';
import { encodeIcmp, icmpProtocol, icmpType, icmpv6Type } from '../network/icmp.ts';
import { type IpPacket, protocol } from '../network/ip.ts';
import { outsideAddress6, outsideNameAddress } from '../network/outside.ts';
import { encodeTcp, tcpFlag } from '../network/tcp.ts';
import { encodeUdp } from '../network/udp.ts';
import { uplinkName } from './cables.ts';
import type { Shot, ShotMark } from './shot.ts';
import { type Family, familiesOf, frameFrom, type Standpoint, standpoints } from './standpoint.ts';

interface Evasion {
  readonly what: string;
  /** What makes no sense of the other family has one alone. */
  readonly family?: Family;
  /** Not to the router itself: it may do so to it. */
  readonly isOnward?: true;
  readonly packet: (ends: Ends, mark: ShotMark) => IpPacket;
}

interface Ends {
  readonly source: string;
  readonly destination: string;
  /** A port that may be open for this pair. */
  readonly port: number;
}

const flagNames: Readonly<Record<string, number>> = {
  ack: tcpFlag.ack,
  'syn ack': tcpFlag.syn | tcpFlag.ack,
  'syn fin': tcpFlag.syn | tcpFlag.fin,
  'syn rst': tcpFlag.syn | tcpFlag.rst,
  fin: tcpFlag.fin,
  rst: tcpFlag.rst,
  'no flag': 0,
  'fin psh urg': tcpFlag.fin | tcpFlag.psh | tcpFlag.urg,
};

/** RFC 8200, 4: next header and length first, then what each is for; filled up to eight bytes. */
const extensionHeaders = {
  // PadN of four bytes.
  'hop-by-hop options': { number: 0, rest: [1, 4, 0, 0, 0, 0] },
  'destination options': { number: 60, rest: [1, 4, 0, 0, 0, 0] },
  'a routing header': { number: 43, rest: [4, 0, 0, 0, 0, 0] },
} as const;
const fragmentHeader = 44;

/** Ways past a filter that looks at single packets, or at ports alone. None opens anything, whatever flows there are. */
const evasions: readonly Evasion[] = [
  ...Object.entries(flagNames).map(
    ([name, flags]): Evasion => ({
      what: `tcp without a connection (${name})`,
      packet: (ends, mark) => ({
        ...addresses(ends),
        protocol: protocol.tcp,
        payload: segment(ends, mark, flags),
      }),
    }),
  ),
  ...(['first', 'later', 'last'] as const).flatMap((which): Evasion[] => {
    const [offset, more] = [which === 'first' ? 0 : 8, which !== 'last'];
    return [
      {
        what: `${which} fragment of a tcp packet`,
        family: 'ipv4',
        packet: (ends, mark) => ({
          ...addresses(ends),
          protocol: protocol.tcp,
          payload: segment(ends, mark, tcpFlag.syn),
          fragment: { id: mark.port, offset, more },
        }),
      },
      fragmentOfIpv6(`${which} fragment of a tcp packet`, offset, more),
    ];
  }),
  fragmentOfIpv6('a whole packet that says it is a fragment', 0, false),
  {
    what: 'udp packet with IP options',
    family: 'ipv4',
    // No-operation three times, then the end of the options (RFC 791).
    packet: (ends, mark) => ({ ...datagram(ends, mark), options: Buffer.from([1, 1, 1, 0]) }),
  },
  ...Object.entries(extensionHeaders).map(
    ([name, { number, rest }]): Evasion => ({
      what: `udp packet with ${name}`,
      family: 'ipv6',
      packet: (ends, mark) => behindHeader(datagram(ends, mark), number, rest),
    }),
  ),
  {
    what: 'udp packet whose hops are used up',
    isOnward: true,
    packet: (ends, mark) => ({ ...datagram(ends, mark), hopLimit: 1 }),
  },
  ...(['unreachable', 'redirect', 'timeExceeded', 'timestamp', 'echoReply'] as const).map((kind) =>
    unaskedIcmp('ipv4', kind, icmpType[kind]),
  ),
  ...(
    [
      ...['unreachable', 'packetTooBig', 'timeExceeded', 'echoReply', 'multicastReport'],
      ...['routerAdvertisement', 'neighbourAdvertisement', 'redirect'],
    ] as const
  ).map((kind) => unaskedIcmp('ipv6', kind, icmpv6Type[kind])),
  ...(['igmp', 'gre', 'esp', 'sctp'] as const).map(
    (name): Evasion => ({
      what: name,
      packet: (ends, { token }) => ({
        ...addresses(ends),
        protocol: protocol[name],
        payload: Buffer.concat([Buffer.alloc(8), token, Buffer.alloc(16)]),
      }),
    }),
  ),
];

function fragmentOfIpv6(what: string, offset: number, more: boolean): Evasion {
  return {
    what,
    family: 'ipv6',
    packet: (ends, mark) => {
      const place = Buffer.alloc(6);
      place.writeUInt16BE(offset | (more ? 1 : 0), 0);
      place.writeUInt32BE(mark.port, 2);
      const whole = {
        ...addresses(ends),
        protocol: protocol.tcp,
        payload: segment(ends, mark, tcpFlag.syn),
      };
      return behindHeader(whole, fragmentHeader, place);
    },
  };
}

function unaskedIcmp(family: Family, name: string, type: number): Evasion {
  return {
    what: `icmp ${name} that nobody asked for`,
    family,
    packet: (ends, { token }) => ({
      ...addresses(ends),
      protocol: icmpProtocol(ends.source),
      // What neighbour discovery sends has this and no other.
      ...(type >= icmpv6Type.routerSolicitation && type <= icmpv6Type.redirect ? { hopLimit: 255 } : {}),
      payload: encodeIcmp(
        { type, code: 0, body: Buffer.concat([Buffer.alloc(4), token, Buffer.alloc(24)]) },
        ends.source,
        ends.destination,
      ),
    }),
  };
}

/** From everybody to every board, and from boards to the uplink and the router, over each family that both have. Pure. */
export function evasiveShots(policy: Policy): Shot[] {
  const places = standpoints(policy);
  return places.flatMap((from) =>
    places.flatMap((to) => familiesOf(from).flatMap((family) => shotsAt(policy, from, to, family))),
  );
}

function shotsAt(policy: Policy, from: Standpoint, to: Standpoint, family: Family): Shot[] {
  const isRouter = to === from;
  const beyond = to.cable === uplinkName && to.ipv6 !== null ? outsideAddress6 : to.ipv6;
  const destination = {
    ipv4: isRouter ? from.router.ipv4 : to.cable === uplinkName ? outsideNameAddress : to.ipv4,
    ipv6: isRouter ? from.router.ipv6 : beyond,
  }[family];
  const source = from[family];
  if (source === null || destination === null) return [];
  const ends = { source, destination, port: likelyPort(policy, from, to, family) };
  return evasions
    .filter((evasion) => (evasion.family ?? family) === family && !(isRouter && evasion.isOnward))
    .map(
      ({ what, packet }): Shot => ({
        cable: from.cable,
        to: isRouter ? 'router' : to.cable,
        what: `${what}, ${source} > ${destination}`,
        expected: null,
        frame: (mark) => frameFrom(from, packet(ends, mark)),
      }),
    );
}

/** One that a flow between the two names, if there is one. */
function likelyPort(policy: Policy, from: Standpoint, to: Standpoint, family: Family): number {
  const flow = policy.flows.find(
    (candidate) =>
      candidate.from.name === from.cable &&
      candidate.family === family &&
      (candidate.to.kind === 'board' ? candidate.to.name : uplinkName) === to.cable &&
      'ports' in candidate.match,
  );
  return flow !== undefined && 'ports' in flow.match ? flow.match.ports[0]!.first : 53;
}

function addresses({ source, destination }: Ends) {
  return { source, destination };
}

function segment(ends: Ends, { token, port }: ShotMark, flags: number): Buffer {
  const numbers = { sourcePort: port, destinationPort: ends.port, sequence: 1000, acknowledgement: 2000 };
  return encodeTcp({ ...numbers, flags, payload: token }, ends.source, ends.destination);
}

function datagram(ends: Ends, { token, port }: ShotMark): IpPacket {
  const { source, destination } = ends;
  const payload = encodeUdp(
    { sourcePort: port, destinationPort: ends.port, payload: token },
    source,
    destination,
  );
  return { source, destination, protocol: protocol.udp, payload };
}

/** The same with an IPv6 extension header of eight bytes in front. @param rest its last six */
function behindHeader(packet: IpPacket, number: number, rest: Iterable<number>): IpPacket {
  const header = Buffer.from([packet.protocol, 0, ...rest]);
  return { ...packet, protocol: number, payload: Buffer.concat([header, packet.payload]) };
}

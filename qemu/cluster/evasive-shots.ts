import type { Policy } from '../../openwrt/policy/policy.ts';
import { encodeIcmp, icmpType } from '../network/icmp.ts';
import { type IpPacket, protocol } from '../network/ip.ts';
import { encodeTcp, tcpFlag } from '../network/tcp.ts';
import { encodeUdp } from '../network/udp.ts';
import { uplinkName } from './cables.ts';
import type { Shot, ShotMark } from './shot.ts';
import { frameFrom, type Standpoint, standpoints } from './standpoint.ts';

interface Evasion {
  readonly what: string;
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
  ...(['first', 'later', 'last'] as const).map(
    (which): Evasion => ({
      what: `${which} fragment of a tcp packet`,
      packet: (ends, mark) => ({
        ...addresses(ends),
        protocol: protocol.tcp,
        payload: segment(ends, mark, tcpFlag.syn),
        fragment: { id: mark.port, offset: which === 'first' ? 0 : 8, more: which !== 'last' },
      }),
    }),
  ),
  {
    what: 'udp packet with IP options',
    packet: (ends, mark) => ({
      ...addresses(ends),
      protocol: protocol.udp,
      // No-operation three times, then the end of the options (RFC 791).
      options: Buffer.from([1, 1, 1, 0]),
      payload: encodeUdp(
        { sourcePort: mark.port, destinationPort: ends.port, payload: mark.token },
        ends.source,
        ends.destination,
      ),
    }),
  },
  ...(['unreachable', 'redirect', 'timeExceeded', 'timestamp', 'echoReply'] as const).map(
    (kind): Evasion => ({
      what: `icmp ${kind} that nobody asked for`,
      packet: (ends, { token }) => ({
        ...addresses(ends),
        protocol: protocol.icmp,
        payload: encodeIcmp(
          { type: icmpType[kind], code: 0, body: Buffer.concat([Buffer.alloc(4), token, Buffer.alloc(16)]) },
          ends.source,
          ends.destination,
        ),
      }),
    }),
  ),
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

/** From everybody to every board, and from boards to the uplink and the router. Pure. */
export function evasiveShots(policy: Policy): Shot[] {
  const places = standpoints(policy);
  return places.flatMap((from) =>
    places.flatMap((to) => {
      const isRouter = to === from;
      const destination = isRouter ? from.router.ipv4 : to.cable === uplinkName ? '9.9.9.9' : to.ipv4;
      const ends = { source: from.ipv4, destination, port: likelyPort(policy, from, to) };
      return evasions.map(
        ({ what, packet }): Shot => ({
          cable: from.cable,
          to: isRouter ? 'router' : to.cable,
          what: `${what}, ${ends.source} > ${destination}`,
          expected: null,
          frame: (mark) => frameFrom(from, packet(ends, mark)),
        }),
      );
    }),
  );
}

/** One that a flow between the two names, if there is one. */
function likelyPort(policy: Policy, from: Standpoint, to: Standpoint): number {
  const flow = policy.flows.find(
    (candidate) =>
      candidate.from.name === from.cable &&
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

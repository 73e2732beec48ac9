import type { Flow, Policy, PortForward } from '../../policy/policy.ts';
import { type Interval, point } from '../interval.ts';
import { crossed, type PacketClass } from '../packet-class.ts';
import { paths } from '../packet-fields.ts';
import {
  type AllowedPackets,
  address,
  anyAddress,
  device,
  foreign,
  type IpFamily,
  icmpOf,
  icmpTypes,
  networkIntervals,
  ofFamily,
  original,
  portIntervals,
  reply,
  state,
  tcp,
  towards,
  transport,
  udp,
} from './vocabulary.ts';

/** Section 3 of docs/router-policy.md. */
export function forwarded(policy: Policy): AllowedPackets[] {
  return [
    ...policy.flows.map((flow) => ({
      by: `flow ${flow.id}`,
      origin: flow.origin,
      packets: flowPackets(policy, flow),
    })),
    ...policy.forwards.map((forward) => ({
      by: `forward ${forward.id}`,
      origin: forward.origin,
      packets: forwardPackets(policy, forward),
    })),
  ];
}

/** One end of a connection: the device it is behind, and its addresses. */
interface End {
  readonly device: Interval[];
  readonly addresses: Interval[];
}

const through = (family: IpFamily, from: End, to: End): PacketClass => ({
  path: [point(paths.forward)],
  ...ofFamily(family),
  iif: from.device,
  oif: to.device,
});

function boardEnd(policy: Policy, name: string, family: IpFamily): End {
  const board = policy.boards.find((one) => one.name === name)!;
  return { device: device(board.device), addresses: address(board[family]!.board) };
}

function flowPackets(policy: Policy, { family, from, to, match }: Flow): PacketClass[] {
  const client = boardEnd(policy, from.name, family);
  const server: End =
    to.kind === 'board'
      ? boardEnd(policy, to.name, family)
      : {
          device: device(policy.uplink!.device),
          addresses: to.networks.length === 0 ? anyAddress(policy, family) : networkIntervals(to.networks),
        };
  const out: PacketClass = { ...through(family, client, server), source: client.addresses };
  const back: PacketClass = { ...through(family, server, client), ...reply, source: server.addresses };
  if (match.protocol === 'icmp-echo') {
    const [request, answer] = family === 'ipv4' ? [8, 0] : [128, 129];
    return [
      ...crossed(
        crossed(original(1), [{ ...out, ...icmpOf(family), sourcePort: icmpTypes(request) }]),
        towards(server.addresses),
      ),
      ...crossed([{ ...back, ...icmpOf(family), sourcePort: icmpTypes(answer) }], towards(client.addresses)),
      ...errors(family, client, server, { connectionTransport: [point(family === 'ipv4' ? 1 : 58)] }),
    ];
  }
  const protocol = match.protocol === 'tcp' ? tcp : udp;
  const ports = portIntervals(match.ports);
  return [
    ...crossed(
      crossed(original(protocol), [{ ...out, ...transport(protocol) }]),
      towards(server.addresses, ports),
    ),
    ...crossed([{ ...back, ...transport(protocol), sourcePort: ports }], towards(client.addresses)),
    ...errors(family, client, server, {
      connectionTransport: [point(protocol)],
      connectionAnswererPort: ports,
    }),
  ];
}

function forwardPackets(policy: Policy, { protocol: name, port, to, sources }: PortForward): PacketClass[] {
  const uplink = policy.uplink!;
  const protocol = name === 'tcp' ? tcp : udp;
  const client: End = {
    device: device(uplink.device),
    addresses: sources.length === 0 ? foreign(policy, 'ipv4') : networkIntervals(sources),
  };
  const server = boardEnd(policy, to.name, 'ipv4');
  const sentTo = [point(port)];
  const served = [point(to.port)];
  const out: PacketClass = {
    ...through('ipv4', client, server),
    ...transport(protocol),
    source: client.addresses,
    statusDnat: [point(1)],
    destinationPort: sentTo,
    translatedDestination: server.addresses,
    translatedDestinationPort: served,
  };
  const back: PacketClass = {
    ...through('ipv4', server, client),
    ...transport(protocol),
    ...reply,
    source: server.addresses,
    sourcePort: served,
    statusDnat: [point(1)],
    connectionDestinationPort: sentTo,
  };
  return [
    ...crossed([out], original(protocol)),
    ...crossed([back], towards(client.addresses)),
    ...errors('ipv4', client, server, {
      connectionTransport: [point(protocol)],
      connectionAnswererPort: served,
      connectionDestinationPort: sentTo,
      statusDnat: [point(1)],
    }),
  ];
}

/** ICMP errors about a connection between the ends, from where its answers come to where it began. */
function errors(family: IpFamily, client: End, server: End, connection: PacketClass): PacketClass[] {
  return [
    {
      ...through(family, server, client),
      ...icmpOf(family),
      state: state('related'),
      direction: [point(1)],
      sourcePort: errorTypes(family),
      connectionSource: client.addresses,
      connectionAnswerer: server.addresses,
      ...connection,
    },
  ];
}

/** Destination unreachable, time exceeded, parameter problem; of ICMPv6 also packet too big. */
export const errorTypes = (family: IpFamily): Interval[] =>
  family === 'ipv4' ? icmpTypes(3, 11, 12) : icmpTypes(1, 2, 3, 4);

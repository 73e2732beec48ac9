import { formatAddress, parseNetwork } from '../../builder/recipe/address/ip-network.ts';
import type { Policy } from '../../openwrt/policy/policy.ts';
import { outsideNameAddress } from '../network/outside.ts';
import { uplinkName } from './cables.ts';
import { type FirstPacket, flowOfPacket } from './flow-of-packet.ts';
import { firstPacket, packetWords, type Shot } from './shot.ts';
import { frameFrom, type Standpoint, standpoints } from './standpoint.ts';
import { portsAround, type ServedPort, triedPorts } from './tried-ports.ts';

/** An address that is somewhere, and whose. */
interface Target {
  /** Board, `uplink` or `router`. */
  readonly name: string;
  readonly address: string;
}

/**
 * The whole matrix: from everybody to everybody else, each port that anybody serves or a flow names over TCP and UDP, those beside a flow's, and echo. All say
 * truly who sent them. Pure.
 */
export function honestShots(policy: Policy, served: readonly ServedPort[]): Shot[] {
  const places = standpoints(policy);
  const outside = places.find(({ cable }) => cable === uplinkName)?.router.ipv4 ?? null;
  const ports = triedPorts(policy, served);
  return places.flatMap((from) =>
    targetsFrom(policy, from, places).flatMap((target) =>
      packets(policy, from, target, ports)
        .filter((packet) => !isServiceOfRouter(policy, from, target, packet))
        .map((packet) => honestShot(policy, from, target.name, packet, outside)),
    ),
  );
}

function honestShot(
  policy: Policy,
  from: Standpoint,
  to: string,
  packet: FirstPacket,
  outside: string | null,
): Shot {
  const expected = flowOfPacket(policy, packet, outside);
  return {
    cable: from.cable,
    // The router's own address stands for the board behind a forward.
    to: expected?.cable ?? to,
    what: packetWords(packet),
    expected,
    frame: (mark) => frameFrom(from, firstPacket(packet, mark)),
  };
}

function packets(policy: Policy, from: Standpoint, target: Target, ports: readonly number[]): FirstPacket[] {
  const sources = sourcesFor(policy, from, target);
  const beside = policy.flows
    .filter((flow) => flow.from.name === from.cable && nameOf(flow.to) === target.name)
    .flatMap(({ match }) => ('ports' in match ? portsAround(match.ports) : []));
  const all = [...new Set([...ports, ...beside])].sort((a, b) => a - b);
  return sources.flatMap((source): FirstPacket[] => {
    const ends = { from: from.cable, source, destination: target.address };
    return [
      ...(['tcp', 'udp'] as const).flatMap((protocol) => all.map((port) => ({ ...ends, protocol, port }))),
      { ...ends, protocol: 'icmp-echo', port: 0 },
    ];
  });
}

/** A board has one address; the world has many: a neighbour, somebody far away, and whom forwards name. */
function sourcesFor(policy: Policy, from: Standpoint, { address }: Target): string[] {
  if (address.includes(':')) return [from.ipv6!];
  if (from.cable !== uplinkName) return [from.ipv4];
  const named = policy.forwards.flatMap(({ sources }) => sources.map(firstHost));
  return [...new Set([from.ipv4, outsideNameAddress, ...named])];
}

function nameOf(to: Policy['flows'][number]['to']): string {
  return to.kind === 'board' ? to.name : uplinkName;
}

function targetsFrom(policy: Policy, from: Standpoint, places: readonly Standpoint[]): Target[] {
  const others = places.filter((place) => place.cable !== from.cable && place.cable !== uplinkName);
  const boards = others.flatMap(({ cable, ipv4, ipv6 }) => [
    { name: cable, address: ipv4 },
    ...(ipv6 === null || from.ipv6 === null ? [] : [{ name: cable, address: ipv6 }]),
  ]);
  // Its own address of the router, and the one on another cable.
  const routers = [from, ...others.slice(0, 1)].map(({ router }) => ({
    name: 'router',
    address: router.ipv4,
  }));
  const uplink = places.find(({ cable }) => cable === uplinkName);
  if (uplink === undefined || from === uplink) return [...boards, ...routers];
  const beyond6 = from.ipv6 === null || uplink.ipv6 === null ? [] : [uplink.ipv6];
  const named = namedNetworks(policy, from.cable).map(firstHost);
  const beyond = [outsideNameAddress, uplink.ipv4, ...named, ...beyond6];
  return [
    ...boards,
    ...routers,
    { name: 'router', address: uplink.router.ipv4 },
    ...[...new Set(beyond)].map((address) => ({ name: uplinkName, address })),
  ];
}

/** IPv4 networks beyond the uplink that a board's flows name. */
function namedNetworks(policy: Policy, board: string): string[] {
  return policy.flows.flatMap(({ family, from, to }) =>
    family === 'ipv4' && from.name === board && to.kind === 'uplink' ? to.networks : [],
  );
}

function firstHost(network: string): string {
  const { family, address, prefixLength } = parseNetwork(network)!;
  return formatAddress(family, prefixLength === 32 ? address : address + 1n);
}

/** Whether the router itself may answer: services are tried for themselves. */
function isServiceOfRouter(policy: Policy, from: Standpoint, target: Target, packet: FirstPacket): boolean {
  if (target.name !== 'router') return false;
  const { dns, time, management } = policy.router;
  const isManaged = management.some(
    ({ port, from: manager }) =>
      packet.protocol === 'tcp' &&
      packet.port === port &&
      (manager.kind === 'uplink' ? from.cable === uplinkName : manager.name === from.cable),
  );
  if (isManaged || target.address !== from.router.ipv4) return isManaged;
  if (packet.port === 53 && packet.protocol !== 'icmp-echo') return dns.local.includes(from.cable);
  return packet.port === 123 && packet.protocol === 'udp' && time.served.includes(from.cable);
}

import type { BoardLink, Policy, UplinkLink } from '../../policy/policy.ts';
import { addressNumber, cidrInterval } from '../addresses.ts';
import { type Interval, outside, point } from '../interval.ts';
import { crossed, type PacketClass } from '../packet-class.ts';
import { paths } from '../packet-fields.ts';
import { errorTypes } from './forwarded.ts';
import {
  type AllowedPackets,
  address,
  allAddresses,
  device,
  foreign,
  type IpFamily,
  icmpOf,
  icmpTypes,
  icmpTypesCodeZero,
  ipFamilies,
  linkLocal,
  networkIntervals,
  ofFamily,
  original,
  ownNetworks,
  reply,
  state,
  tcp,
  towards,
  transport,
  udp,
} from './vocabulary.ts';

/** Section 4 of docs/router-policy.md: what the router itself accepts and sends. */
export function routerServices(policy: Policy): AllowedPackets[] {
  const { uplink } = policy;
  return [
    { by: 'the loopback device', origin: null, packets: [into('lo'), outOf('lo')] },
    ...policy.boards.flatMap((board) => boardServices(policy, board)),
    ...(uplink === null ? [] : uplinkServices(policy, uplink)),
    ...management(policy),
    { by: 'errors that the router sends', origin: null, packets: errorsSent() },
  ];
}

const ip = ipFamilies.map(ofFamily);
const into = (name: string): PacketClass => ({
  path: [point(paths.input)],
  protocol: ip.flatMap((one) => one.protocol!),
  iif: device(name),
});
const outOf = (name: string): PacketClass => ({
  path: [point(paths.output)],
  protocol: ip.flatMap((one) => one.protocol!),
  oif: device(name),
});
/** A service of the router's: original in, reply out; or with `asks` a service that it uses: original out, reply in. */
function service(
  family: IpFamily,
  protocol: number,
  port: number,
  asks: boolean,
  link: string,
  router: Interval[] | null,
  peer: Interval[],
): PacketClass[] {
  const header: PacketClass = { ...ofFamily(family), ...transport(protocol) };
  const ours = router ?? [allAddresses[family]];
  const served = [point(port)];
  return asks
    ? [
        ...crossed(
          crossed(original(protocol), [{ ...outOf(link), ...header, source: ours }]),
          towards(peer, served),
        ),
        ...crossed([{ ...into(link), ...header, ...reply, source: peer, sourcePort: served }], towards(ours)),
      ]
    : [
        ...crossed(
          crossed(original(protocol), [{ ...into(link), ...header, source: peer }]),
          towards(ours, served),
        ),
        ...crossed(
          [{ ...outOf(link), ...header, ...reply, source: ours, sourcePort: served }],
          towards(peer),
        ),
      ];
}

function boardServices(policy: Policy, board: BoardLink): AllowedPackets[] {
  const { dns, time } = policy.router;
  const families = ipFamilies.filter((family) => board[family] !== null);
  const asked = (protocol: number, port: number): PacketClass[] =>
    families.flatMap((family) =>
      service(
        family,
        protocol,
        port,
        false,
        board.device,
        address(board[family]!.router),
        address(board[family]!.board),
      ),
    );
  const allowed: AllowedPackets[] = [
    { by: `DHCP of ${board.name}`, origin: null, packets: dhcpServer(board) },
  ];
  if (board.ipv6 !== null)
    allowed.push({
      by: `neighbour discovery of ${board.name}`,
      origin: null,
      packets: boardNeighbours(board),
    });
  if (dns.local.includes(board.name))
    allowed.push({
      by: `DNS of ${board.name}`,
      origin: null,
      packets: [...asked(udp, 53), ...asked(tcp, 53)],
    });
  if (time.served.includes(board.name))
    allowed.push({ by: `time of ${board.name}`, origin: null, packets: asked(udp, 123) });
  return allowed;
}

function dhcpServer({ device: link, ipv4 }: BoardLink): PacketClass[] {
  const header: PacketClass = { ...ofFamily('ipv4'), ...transport(udp) };
  const broadcast = address('255.255.255.255');
  const request: PacketClass = { ...into(link), ...header, sourcePort: [point(68)] };
  const answer: PacketClass = { ...outOf(link), ...header, sourcePort: [point(67)] };
  return [
    ...crossed([{ ...request, source: address('0.0.0.0') }], towards(broadcast, [point(67)])),
    ...crossed(
      [{ ...request, source: address(ipv4.board) }],
      towards([...broadcast, ...address(ipv4.router)], [point(67)]),
    ),
    ...crossed(
      [{ ...answer, source: address(ipv4.router) }],
      towards([...broadcast, ...address(ipv4.board)], [point(68)]),
    ),
  ];
}

/** Neighbour discovery messages come with code 0 and hop limit 255 (RFC 4861). */
const neighbour = (...types: number[]): PacketClass => ({
  ...neighbourSent(...types),
  sourcePort: icmpTypesCodeZero(...types),
});

const neighbourSent = (...types: number[]): PacketClass => ({
  ...ofFamily('ipv6'),
  ...icmpOf('ipv6'),
  sourcePort: icmpTypes(...types),
  hopLimit: [point(255)],
});

function boardNeighbours(board: BoardLink): PacketClass[] {
  const link = board.device;
  const ofBoard = [...address(board.ipv6!.board), ...linkLocal(board)];
  const multicast = [...address('ff02::1'), cidrInterval('ff02::1:ff00:0/104')];
  return [
    { ...into(link), ...neighbour(133, 135) },
    { ...into(link), ...neighbour(136), neighbourTarget: ofBoard },
    ...crossed([{ ...outOf(link), ...neighbourSent(134, 135, 136) }], towards([...ofBoard, ...multicast])),
  ];
}

function uplinkServices(policy: Policy, uplink: UplinkLink): AllowedPackets[] {
  const { dns, time } = policy.router;
  const link = uplink.device;
  const allowed: AllowedPackets[] = [];
  const asks = (protocol: number, port: number, upstream: readonly string[]): PacketClass[] =>
    ipFamilies
      .filter((family) => uplink[family] !== null)
      .flatMap((family) => {
        const peers =
          upstream.length === 0
            ? foreign(policy, family)
            : upstream
                .filter((text) => text.includes(':') === (family === 'ipv6'))
                .map((text) => point(addressNumber(text)));
        return service(family, protocol, port, true, link, null, peers);
      });
  if (uplink.ipv4.kind === 'dhcp')
    allowed.push({ by: 'the DHCP client of the uplink', origin: null, packets: dhcpClient(policy, link) });
  if (dns.forwarded.length > 0)
    allowed.push({
      by: 'DNS upstream',
      origin: null,
      packets: [...asks(udp, 53, dns.upstream), ...asks(tcp, 53, dns.upstream)],
    });
  if (time.upstream.length > 0)
    allowed.push({ by: 'time upstream', origin: null, packets: asks(udp, 123, time.upstream) });
  if (uplink.ipv6 !== null) {
    const advertised = uplink.ipv6.kind === 'router-advertisement';
    allowed.push({
      by: 'neighbour discovery of the uplink',
      origin: null,
      packets: [
        { ...into(link), ...neighbour(...(advertised ? [134, 135, 136] : [135, 136])) },
        { ...outOf(link), ...neighbourSent(...(advertised ? [133, 135, 136] : [135, 136])) },
      ],
    });
  }
  allowed.push({
    by: 'errors about the connections of the router',
    origin: null,
    packets: errorsReceived(link),
  });
  return allowed;
}

function dhcpClient(policy: Policy, link: string): PacketClass[] {
  const header: PacketClass = { ...ofFamily('ipv4'), ...transport(udp) };
  return [
    ...crossed(
      [{ ...into(link), ...header, sourcePort: [point(67)] }],
      towards([allAddresses.ipv4], [point(68)]),
    ),
    ...crossed(
      [{ ...outOf(link), ...header, sourcePort: [point(68)] }],
      towards(outside(allAddresses.ipv4, ownNetworks(policy, 'ipv4')), [point(67)]),
    ),
  ];
}

function management(policy: Policy): AllowedPackets[] {
  return policy.router.management.map(({ id, from, port, origin }) => {
    const packets = ipFamilies.flatMap((family): PacketClass[] => {
      if (from.kind === 'uplink') {
        const peer = managers(policy, from.networks, family);
        // Whatever the router listens to there: section 1 has taken the own networks away.
        return policy.uplink![family] === null || peer.length === 0
          ? []
          : service(family, tcp, port, false, policy.uplink!.device, null, peer);
      }
      const board = policy.boards.find((one) => one.name === from.name)!;
      const segment = board[family];
      return segment === null
        ? []
        : service(family, tcp, port, false, board.device, address(segment.router), address(segment.board));
    });
    return { by: `management ${id}`, origin, packets };
  });
}

const managers = (policy: Policy, networks: readonly string[], family: IpFamily): Interval[] =>
  networks.length === 0
    ? foreign(policy, family)
    : networkIntervals(networks.filter((network) => network.includes(':') === (family === 'ipv6')));

const errorsReceived = (link: string): PacketClass[] =>
  ipFamilies.map((family) => ({
    ...into(link),
    ...ofFamily(family),
    ...icmpOf(family),
    state: state('related'),
    direction: [point(1)],
    sourcePort: errorTypes(family),
  }));

const errorsSent = (): PacketClass[] =>
  ipFamilies.map((family) => ({
    path: [point(paths.output)],
    ...ofFamily(family),
    ...icmpOf(family),
    state: state('related'),
    // Of what has not passed the router says nothing.
    statusConfirmed: [point(1)],
    direction: [point(1)],
    sourcePort: errorTypes(family),
  }));

import type { ResolvedRecipe } from '../../../builder/recipe/resolved-recipe.ts';
import { type Interval, outside, point } from '../interval.ts';
import { crossed, type PacketClass, wholeField } from '../packet-class.ts';
import { etherTypes, paths } from '../packet-fields.ts';
import type { PolicyPackets } from '../policy-packets.ts';
import {
  type AllowedPackets,
  allAddresses,
  device,
  type IpFamily,
  icmpOf,
  icmpTypes,
  icmpv6,
  ofFamily,
  original,
  plain,
  reply,
  state,
  tcp,
  towards,
  transport,
  udp,
} from './vocabulary.ts';

/** What of a recipe says what its board may receive and send. */
export type BoardNeeds = Pick<ResolvedRecipe, 'ports' | 'connects' | 'needs' | 'capabilities'>;

const into: PacketClass = { path: [point(paths.input)] };
const outOf: PacketClass = { path: [point(paths.output)] };

/**
 * The packets that a board of this recipe accepts and sends, from docs/router-policy.md ("A board's own ruleset") alone.
 * @param hasIpv6 whether its cluster has IPv6
 */
export function boardPackets(recipe: BoardNeeds, hasIpv6: boolean): PolicyPackets {
  const families: readonly IpFamily[] = hasIpv6 ? ['ipv4', 'ipv6'] : ['ipv4'];
  const ip = (['ipv4', 'ipv6'] as const).flatMap((family) => ofFamily(family).protocol!);
  const loopback = [
    { ...into, protocol: ip, iif: device('lo') },
    { ...outOf, protocol: ip, oif: device('lo') },
  ];
  return {
    allowed: [
      { by: 'the loopback device', origin: null, packets: loopback },
      { by: 'ARP', origin: null, packets: [{ protocol: [point(etherTypes.arp)] }] },
      { by: 'DHCP', origin: null, packets: [...dhcp(into, 67, 68), ...dhcp(outOf, 68, 67)] },
      ...(hasIpv6 ? [{ by: 'neighbour discovery', origin: null, packets: neighbours() }] : []),
      ...families.flatMap((family) => ofOneFamily(recipe, family)),
    ],
    conditions: [
      { what: 'the checks of what comes in', packets: arrival(hasIpv6) },
      { what: 'no translation', packets: untranslated() },
    ],
  };
}

function ofOneFamily(
  { ports, connects, needs, capabilities }: BoardNeeds,
  family: IpFamily,
): AllowedPackets[] {
  const allowed: AllowedPackets[] = [];
  for (const { name, protocol, port } of ports) {
    allowed.push({
      by: `port ${name}`,
      origin: null,
      packets: connection(family, into, outOf, protocol, [point(port)]),
    });
  }
  for (const { name, protocol, ports: numbers } of connects) {
    allowed.push({
      by: `connects to ${name}`,
      origin: null,
      packets: connection(family, outOf, into, protocol, numbers.map(point)),
    });
  }
  if (needs.dns) {
    const packets = (['tcp', 'udp'] as const).flatMap((protocol) =>
      connection(family, outOf, into, protocol, [point(53)]),
    );
    allowed.push({ by: 'DNS', origin: null, packets });
  }
  if (needs.time)
    allowed.push({ by: 'time', origin: null, packets: connection(family, outOf, into, 'udp', [point(123)]) });
  allowed.push({ by: 'echo', origin: null, packets: echo(family, into, outOf) });
  if (capabilities.includes('net_raw'))
    allowed.push({ by: 'echo of its own', origin: null, packets: echo(family, outOf, into) });
  allowed.push({
    by: 'errors',
    origin: null,
    packets: [
      {
        ...into,
        ...ofFamily(family),
        ...icmpOf(family),
        state: state('related'),
        direction: [point(1)],
        sourcePort: family === 'ipv4' ? icmpTypes(3, 11, 12) : icmpTypes(1, 2, 3, 4),
      },
    ],
  });
  return allowed;
}

/** Opened one way to these ports, answered the other. */
function connection(
  family: IpFamily,
  there: PacketClass,
  back: PacketClass,
  name: 'tcp' | 'udp',
  ports: Interval[],
): PacketClass[] {
  const protocol = name === 'tcp' ? tcp : udp;
  const header: PacketClass = { ...ofFamily(family), ...transport(protocol) };
  return [
    ...crossed(
      crossed([{ ...there, ...header }], original(protocol)),
      towards([allAddresses[family]], ports),
    ),
    { ...back, ...header, ...reply, sourcePort: ports },
  ];
}

function echo(family: IpFamily, there: PacketClass, back: PacketClass): PacketClass[] {
  const [request, answer] = family === 'ipv4' ? [8, 0] : [128, 129];
  const header: PacketClass = { ...ofFamily(family), ...icmpOf(family) };
  return [
    ...crossed([{ ...there, ...header, sourcePort: icmpTypes(request) }], original(icmpv6)),
    { ...back, ...header, ...reply, sourcePort: icmpTypes(answer) },
  ];
}

function dhcp(way: PacketClass, from: number, to: number): PacketClass[] {
  const header: PacketClass = { ...ofFamily('ipv4'), ...transport(udp), sourcePort: [point(from)] };
  const known = { state: outside(wholeField('state'), state('invalid')) };
  return crossed([{ ...way, ...header, ...known }], towards([allAddresses.ipv4], [point(to)]));
}

/** Whatever conntrack says of it. */
function neighbours(): PacketClass[] {
  const header: PacketClass = { ...ofFamily('ipv6'), ...icmpOf('ipv6'), hopLimit: [point(255)] };
  return [
    { ...into, ...header, sourcePort: icmpTypes(134, 135, 136) },
    { ...outOf, ...header, sourcePort: icmpTypes(133, 135, 136) },
  ];
}

function arrival(hasIpv6: boolean): PacketClass[] {
  const addressed: PacketClass = { packetType: [point(0)] };
  const offer: PacketClass = { ...transport(udp), sourcePort: [point(67)], destinationPort: [point(68)] };
  const neighbour: PacketClass = { ...icmpOf('ipv6'), sourcePort: icmpTypes(134, 135, 136) };
  return [
    outOf,
    { protocol: [point(etherTypes.arp)] },
    { iif: device('lo') },
    ...crossed([plain.ipv4], [addressed, offer]),
    ...(hasIpv6 ? crossed([plain.ipv6], [addressed, neighbour]) : []),
  ];
}

/** A board translates nothing. */
const untranslated = (): PacketClass[] => [
  { protocol: [point(etherTypes.arp)] },
  { state: outside(wholeField('state'), state('new')) },
  { statusConfirmed: [point(1)] },
  { statusDnat: [point(0)], statusSnat: [point(0)] },
];

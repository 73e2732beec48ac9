import type { BoardLink, Policy, UplinkLink } from '../../policy/policy.ts';
import { cidrInterval } from '../addresses.ts';
import { type Interval, outside, point } from '../interval.ts';
import { crossed, type PacketClass } from '../packet-class.ts';
import { etherTypes, paths } from '../packet-fields.ts';
import {
  address,
  allAddresses,
  device,
  foreign,
  icmpTypes,
  icmpv6,
  ipFamilies,
  linkLocal,
  macInterval,
  martians,
  ownNetworks,
  plain,
  transport,
  udp,
} from './vocabulary.ts';

const addressedToRouter: PacketClass = { packetType: [point(0)] };
const unspecified = address('::');
const broadcast = address('255.255.255.255');

/** Section 1 of docs/router-policy.md: what may come in at a link at all. What the router sends, and ARP, is not judged here. */
export function arrival(policy: Policy): PacketClass[] {
  return [
    { path: [point(paths.output)] },
    { protocol: [point(etherTypes.arp)] },
    { iif: device('lo') },
    ...policy.boards.flatMap(fromBoard),
    ...(policy.uplink === null ? [] : fromUplink(policy, policy.uplink)),
  ];
}

function fromBoard(board: BoardLink): PacketClass[] {
  const link: PacketClass = { iif: device(board.device), sourceMac: macInterval(board.mac) };
  const ipv4: PacketClass[] = [
    { ...addressedToRouter, source: address(board.ipv4.board) },
    {
      ...dhcp(68, 67),
      source: [...address('0.0.0.0'), ...address(board.ipv4.board)],
    },
  ];
  const from = board.ipv6 === null ? [] : [...address(board.ipv6.board), ...linkLocal(board)];
  const ipv6: PacketClass[] = [
    { ...addressedToRouter, source: from },
    { ...neighbourDiscovery(133, 134, 135, 136), source: from },
    { ...neighbourDiscovery(133, 135), source: unspecified },
  ];
  return crossed(
    [link],
    [...crossed([plain.ipv4], ipv4), ...(board.ipv6 === null ? [] : crossed([plain.ipv6], ipv6))],
  );
}

function fromUplink(policy: Policy, uplink: UplinkLink): PacketClass[] {
  const families = ipFamilies.filter((family) => uplink[family] !== null);
  const link: PacketClass = { iif: device(uplink.device) };
  const ofFamily = families.flatMap((family) => {
    const strangers = foreign(policy, family);
    const exceptions: PacketClass[] =
      family === 'ipv4'
        ? [{ ...dhcp(67, 68), source: strangers, destination: [...strangers, ...broadcast] }]
        : [{ ...neighbourDiscovery(133, 134, 135, 136), ...neighbours(policy) }];
    return crossed(
      [plain[family]],
      [{ ...addressedToRouter, source: strangers, destination: strangers }, ...exceptions],
    );
  });
  return crossed([link], ofFamily);
}

/** For neighbour discovery link-local and multicast addresses are no martians. */
function neighbours(policy: Policy): PacketClass {
  const allowed = ['fe80::/10', 'ff00::/8'].map(cidrInterval);
  const others = (exceptions: readonly Interval[]): Interval[] =>
    outside(allAddresses.ipv6, [
      ...ownNetworks(policy, 'ipv6'),
      ...martians.ipv6.flatMap((block) => outside(block, exceptions)),
    ]);
  return { source: others(allowed.slice(0, 1)), destination: others(allowed) };
}

const dhcp = (from: number, to: number): PacketClass => ({
  ...transport(udp),
  sourcePort: [point(from)],
  destinationPort: [point(to)],
});

const neighbourDiscovery = (...types: number[]): PacketClass => ({
  ...transport(icmpv6),
  sourcePort: icmpTypes(...types),
});

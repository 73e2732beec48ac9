import type { BoardLink, Policy, UplinkLink } from '../../policy/policy.ts';
import { outside, point } from '../interval.ts';
import { crossed, type PacketClass, wholeField } from '../packet-class.ts';
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
  ownNetworks,
  plain,
  state,
  transport,
  udp,
} from './vocabulary.ts';

const addressedToRouter: PacketClass = { packetType: [point(0)] };
const unspecified = address('::');
const broadcast = address('255.255.255.255');

/** Section 2: packets that conntrack calls invalid are dropped; on the loopback device nothing is. */
export const notInvalid = (): PacketClass[] => [
  { protocol: [point(etherTypes.arp)] },
  { iif: device('lo') },
  { oif: device('lo') },
  { state: outside(wholeField('state'), state('invalid')) },
];

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
      destination: broadcast,
    },
  ];
  const global = board.ipv6 === null ? [] : address(board.ipv6.board);
  const from = [...global, ...linkLocal(board)];
  const ipv6: PacketClass[] = [
    { ...addressedToRouter, source: global },
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
        ? uplink.ipv4.kind === 'dhcp'
          ? [{ ...dhcp(67, 68), source: strangers, destination: broadcast }]
          : []
        : [
            {
              ...neighbourDiscovery(134, 135, 136),
              source: outside(allAddresses.ipv6, ownNetworks(policy, 'ipv6')),
            },
          ];
    return crossed(
      [plain[family]],
      [{ ...addressedToRouter, source: strangers, destination: strangers }, ...exceptions],
    );
  });
  return crossed([link], ofFamily);
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

import type { Policy } from '../../policy/policy.ts';
import { outside, point } from '../interval.ts';
import { crossed, type PacketClass, wholeField } from '../packet-class.ts';
import { etherTypes, paths } from '../packet-fields.ts';
import {
  address,
  allAddresses,
  device,
  ipFamilies,
  ofFamily,
  ownNetworks,
  state,
  tcp,
  transport,
  udp,
} from './vocabulary.ts';

/** Rules translate a connection by its first packet only; of all others conntrack remembers what it did. */
const untouched: readonly PacketClass[] = [
  { protocol: [point(etherTypes.arp)] },
  { state: outside(wholeField('state'), state('new')) },
  { statusConfirmed: [point(1)] },
];

const first: PacketClass = { state: state('new'), statusConfirmed: [point(0)] };

/** What a new connection's source becomes: the uplink address if it leaves through the uplink from a board's address; else it stays. */
export function sourceTranslation(policy: Policy): PacketClass[] {
  const untranslated: PacketClass = { ...first, statusSnat: [point(0)] };
  if (policy.uplink === null) return [...untouched, untranslated];
  const uplink = device(policy.uplink.device);
  return [
    ...untouched,
    { ...untranslated, path: [point(paths.input)] },
    { ...untranslated, oif: outside(wholeField('oif'), uplink) },
    ...ipFamilies.flatMap((family) => {
      const boards = policy.boards.flatMap((board) =>
        board[family] === null ? [] : address(board[family].board),
      );
      return crossed(
        [{ ...first, ...ofFamily(family), oif: uplink }],
        [
          { statusSnat: [point(1)], source: boards },
          { statusSnat: [point(0)], source: outside(allAddresses[family], boards) },
        ],
      );
    }),
  ];
}

/** What a new connection's destination becomes: a board's, if it comes from the uplink to the uplink address and a forwarded port; else it stays. */
export function destinationTranslation(policy: Policy): PacketClass[] {
  const untranslated: PacketClass = { ...first, statusDnat: [point(0)] };
  if (policy.uplink === null) return [...untouched, untranslated];
  const uplink = device(policy.uplink.device);
  const here: PacketClass = { ...ofFamily('ipv4'), iif: uplink };
  const toRouter = uplinkAddress(policy);
  const forwardsOf = (name: 'tcp' | 'udp') => policy.forwards.filter(({ protocol }) => protocol === name);
  return [
    ...untouched,
    { ...untranslated, iif: outside(wholeField('iif'), uplink) },
    { ...untranslated, ...ofFamily('ipv6') },
    { ...untranslated, ...here, transport: outside(wholeField('transport'), [point(tcp), point(udp)]) },
    { ...untranslated, ...here, truncated: [point(1)] },
    ...otherThan(toRouter).map((elsewhere) => ({ ...untranslated, ...here, ...elsewhere })),
    ...(['tcp', 'udp'] as const).flatMap((name) => {
      const header: PacketClass = { ...here, ...transport(name === 'tcp' ? tcp : udp) };
      const forwards = forwardsOf(name);
      const ports = forwards.map(({ port }) => point(port));
      return [
        { ...untranslated, ...header, destinationPort: outside(wholeField('destinationPort'), ports) },
        ...forwards.map(({ port, to }) => ({
          ...first,
          ...header,
          ...toRouter,
          destinationPort: [point(port)],
          statusDnat: [point(1)],
          translatedDestination: address(policy.boards.find((board) => board.name === to.name)!.ipv4.board),
          translatedDestinationPort: [point(to.port)],
        })),
      ];
    }),
  ];
}

/** The router's own IPv4 address on the uplink: the static one, or what the routing table calls local there and is in no own network. */
export function uplinkAddress(policy: Policy): PacketClass {
  const uplink = policy.uplink!;
  if (uplink.ipv4.kind === 'static') return { destination: address(uplink.ipv4.address) };
  return {
    destination: outside(allAddresses.ipv4, ownNetworks(policy, 'ipv4')),
    destinationType: [point(2)],
  };
}

/** Packets that are not in the class, which names one field or two. */
function otherThan({ destination, destinationType }: PacketClass): PacketClass[] {
  return [
    { destination: outside(allAddresses.ipv4, destination!) },
    ...(destinationType === undefined
      ? []
      : [{ destinationType: outside(wholeField('destinationType'), destinationType) }]),
  ];
}

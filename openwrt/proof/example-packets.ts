import { usualPacket } from './describe-packet.ts';
import { point } from './interval.ts';
import type { PacketClass } from './packet-class.ts';
import { etherTypes, noFragmentHeader, type Packet, paths, states } from './packet-fields.ts';
import { nothing, type SetId } from './symbolic/decision-diagram.ts';
import type { PacketSpace } from './symbolic/packet-space.ts';

/** Kinds of packets of which one example each is given. */
export const exampleKinds: readonly PacketClass[] = Object.values(paths).flatMap((path) => [
  ...[etherTypes.ipv4, etherTypes.ipv6].flatMap((protocol) =>
    [[states.new], [states.established], [states.related], [states.invalid, states.untracked]].map(
      (some): PacketClass => ({ path: [point(path)], protocol: [point(protocol)], state: some.map(point) }),
    ),
  ),
  { path: [point(path)], protocol: [point(etherTypes.arp)] },
]);

/** A packet of each kind that the set has. */
export function examples(space: PacketSpace, set: SetId): Packet[] {
  if (set === nothing) return [];
  return exampleKinds.flatMap(
    (kind) => space.example(space.diagram.and(set, space.of(kind)), usualOf(kind)) ?? [],
  );
}

/** Usual values that fit the kind: addresses of the family, a device only where there is one. */
function usualOf(kind: PacketClass): Packet {
  const path = kind.path![0]!.first;
  const protocol = kind.protocol![0]!.first;
  const isIpv6 = protocol === etherTypes.ipv6;
  const address = isIpv6 ? 0x2a00n << 112n : usualPacket.destination;
  return {
    ...usualPacket,
    path,
    protocol,
    iif: path === paths.output ? 0n : usualPacket.iif,
    oif: path === paths.input ? 0n : usualPacket.oif,
    fragment: isIpv6 ? noFragmentHeader : usualPacket.fragment,
    ...(isIpv6
      ? {
          source: address + 1n,
          destination: address + 2n,
          translatedDestination: address + 3n,
          translatedSource: address + 4n,
          connectionSource: address + 5n,
          connectionDestination: address + 6n,
          connectionAnswerer: address + 7n,
        }
      : {}),
  };
}

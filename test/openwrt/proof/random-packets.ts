import { inClass, type PacketClass } from '../../../openwrt/proof/packet-class.ts';
import {
  fieldOrder,
  type Packet,
  type PacketField,
  packetFields,
} from '../../../openwrt/proof/packet-fields.ts';
import { packetUniverse } from '../../../openwrt/proof/packet-universe.ts';

/** Where values begin to mean something else, and the values just before. */
export function boundaryValues(starts: readonly bigint[], field: PacketField): bigint[] {
  const end = 1n << BigInt(packetFields[field]);
  return [...new Set([...starts, ...starts.map((start) => (start === 0n ? end - 1n : start - 1n))])];
}

export type Boundaries = Readonly<Record<PacketField, readonly bigint[]>>;

const pick = <T>(random: () => number, from: readonly T[]): T => from[Math.floor(random() * from.length)]!;

/** A packet that there can be, of boundary values. */
export function randomPacket(random: () => number, boundaries: Boundaries): Packet {
  for (;;) {
    const packet = Object.fromEntries(
      fieldOrder.map((field) => [field, pick(random, boundaries[field])]),
    ) as Record<PacketField, bigint>;
    for (const classes of [...packetUniverse].reverse())
      move(packet, pick(random, classes), random, boundaries);
    // Break one thing, in half of them.
    if (random() < 0.5) {
      const field = pick(random, fieldOrder);
      packet[field] = pick(random, boundaries[field]);
    }
    if (isPossible(packet)) return packet;
  }
}

/** Whether there can be such a packet. */
export const isPossible = (packet: Packet): boolean =>
  packetUniverse.every((classes) => classes.some((one) => inClass(packet, one)));

function move(
  packet: Record<PacketField, bigint>,
  into: PacketClass,
  random: () => number,
  boundaries: Boundaries,
): void {
  for (const field of Object.keys(into) as PacketField[]) {
    const allowed = into[field]!;
    if (allowed.some(({ first, last }) => first <= packet[field] && packet[field] <= last)) continue;
    const known = boundaries[field].filter((value) =>
      allowed.some(({ first, last }) => first <= value && value <= last),
    );
    const interval = pick(random, allowed);
    packet[field] = known.length > 0 ? pick(random, known) : pick(random, [interval.first, interval.last]);
  }
}

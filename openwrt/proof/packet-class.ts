import { common, type Interval } from './interval.ts';
import { fieldOrder, type Packet, type PacketField, packetFields } from './packet-fields.ts';

/** The packets whose fields lie in the intervals named; a field that is not named has any value. */
export type PacketClass = { readonly [field in PacketField]?: readonly Interval[] };

/** The packets that are in both; null if there are none. */
export function both(a: PacketClass, b: PacketClass): PacketClass | null {
  const result: { [field in PacketField]?: readonly Interval[] } = { ...a };
  for (const field of Object.keys(b) as PacketField[]) {
    const mine = result[field];
    const shared = mine === undefined ? b[field]! : common(mine, b[field]!);
    if (shared.length === 0) return null;
    result[field] = shared;
  }
  return result;
}

/** Those of each that are in one of the others. */
export function crossed(some: readonly PacketClass[], others: readonly PacketClass[]): PacketClass[] {
  return some.flatMap((a) => others.flatMap((b) => both(a, b) ?? []));
}

export const wholeField = (field: PacketField): Interval => ({
  first: 0n,
  last: (1n << BigInt(packetFields[field])) - 1n,
});

export function inClass(packet: Packet, packets: PacketClass): boolean {
  return fieldOrder.every((field) => {
    const intervals = packets[field];
    return (
      intervals === undefined ||
      intervals.some(({ first, last }) => first <= packet[field] && packet[field] <= last)
    );
  });
}

import { greater, smaller } from './greater.ts';

/** Addresses and ports, all ends included: what one element of a set covers. */
export interface Box {
  readonly addresses: readonly [bigint, bigint];
  readonly ports: readonly [number, number];
}

/**
 * What of a box no other of `taken` covers, in disjoint boxes. Sets of the kernel refuse an element that overlaps another.
 */
export function uncovered(box: Box, taken: readonly Box[]): Box[] {
  return taken.reduce<Box[]>((left, other) => left.flatMap((part) => without(part, other)), [box]);
}

function without(box: Box, other: Box): Box[] {
  const low = greater(box.addresses[0], other.addresses[0]);
  const high = smaller(box.addresses[1], other.addresses[1]);
  const first = Math.max(box.ports[0], other.ports[0]);
  const last = Math.min(box.ports[1], other.ports[1]);
  if (low > high || first > last) return [box];
  const parts: Box[] = [
    { addresses: [box.addresses[0], low - 1n], ports: box.ports },
    { addresses: [high + 1n, box.addresses[1]], ports: box.ports },
    { addresses: [low, high], ports: [box.ports[0], first - 1] },
    { addresses: [low, high], ports: [last + 1, box.ports[1]] },
  ];
  return parts.filter(({ addresses, ports }) => addresses[0] <= addresses[1] && ports[0] <= ports[1]);
}

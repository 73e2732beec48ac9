import type { ConnectionRate, Flow, Policy, PortForward, PortRange } from '../../policy/policy.ts';
import type { Element, Interval, Scalar } from '../model.ts';
import { addressRange, rangeKey } from './address-range.ts';
import { type Box, uncovered } from './boxes.ts';
import type { Family } from './family.ts';
import { boardNamed } from './link-addresses.ts';

/** Elements of one set, with the rate of the flow that each belongs to. */
export interface FlowElement extends Element {
  readonly rate: ConnectionRate | null;
  readonly id: string;
}

/** Where a flow leads, which decides the set that it is in. */
export type Destination = 'board' | 'network' | 'anywhere';

export type Protocol = 'tcp' | 'udp' | 'icmp-echo';

/** Every port, for a protocol that has none. */
const noPorts: readonly PortRange[] = [{ first: 0, last: 0 }];
const noAddresses = [0n, 0n] as const;

/**
 * Elements for the flows of one family and protocol to one kind of destination. Where two flows cover the same packets, the first has
 * them: flows without a rate before those with one, since together they allow what the freer one allows, and then by name.
 */
export function flowElements(
  policy: Policy,
  family: Family,
  protocol: Protocol,
  destination: Destination,
): FlowElement[] {
  const flows = policy.flows
    .filter(
      (flow) =>
        flow.family === family.name &&
        flow.match.protocol === protocol &&
        destinationOf(flow) === destination,
    )
    .sort((a, b) => Number(a.rate !== null) - Number(b.rate !== null) || (a.id < b.id ? -1 : 1));
  const taken = new Map<string, Box[]>();
  return flows.flatMap((flow) => {
    const ends = endsOf(policy, flow, family);
    const place = JSON.stringify(ends);
    const covered = taken.get(place) ?? [];
    const own = boxesOf(flow).flatMap((box) => uncovered(box, covered));
    taken.set(place, [...covered, ...own]);
    return own.map((box) => ({
      key: [
        ...ends,
        ...(destination === 'network'
          ? [rangeKey({ family: family.name, first: box.addresses[0], last: box.addresses[1] })]
          : []),
        ...('ports' in flow.match ? [portKey(box.ports)] : []),
      ],
      comment: flow.id,
      rate: flow.rate,
      id: flow.id,
    }));
  });
}

function destinationOf({ to }: Flow): Destination {
  if (to.kind === 'board') return 'board';
  return to.networks.length === 0 ? 'anywhere' : 'network';
}

/** The key's first fields. With IPv6, where a key has no room for two devices and two addresses, the addresses alone. */
function endsOf(policy: Policy, { from, to }: Flow, family: Family): Scalar[] {
  const source = endOf(policy, from.name, family);
  if (to.kind === 'uplink') return source;
  const destination = endOf(policy, to.name, family);
  return family.name === 'ipv4' ? [...source, ...destination] : [source[1]!, destination[1]!];
}

/** Device and address of a board. */
function endOf(policy: Policy, name: string, family: Family): Scalar[] {
  const board = boardNamed(policy, name);
  const addresses = board[family.name];
  if (addresses === null)
    throw new Error(`a flow of ${family.name} names ${name}, which has no such address`);
  return [board.device, addresses.board];
}

function boxesOf({ match, to }: Flow): Box[] {
  const addresses =
    to.kind === 'uplink' && to.networks.length > 0
      ? to.networks.map(addressRange).map(({ first, last }) => [first, last] as const)
      : [noAddresses];
  const ports = 'ports' in match ? match.ports : noPorts;
  return addresses.flatMap((range) =>
    ports.map(({ first, last }) => ({ addresses: range, ports: [first, last] as const })),
  );
}

const portKey = ([first, last]: readonly [number, number]): Scalar | Interval =>
  first === last ? first : { first, last };

/** An element that a set without intervals can have. */
export const isExact = ({ key }: Element): boolean =>
  key.every((part) => typeof part !== 'object' && !String(part).includes('/'));

/** Elements for the packets that a forward lets pass once their destination is translated. */
export function forwardElements(policy: Policy, protocol: 'tcp' | 'udp'): FlowElement[] {
  return policy.forwards
    .filter((forward) => forward.protocol === protocol)
    .flatMap((forward) => {
      const { device, ipv4 } = boardNamed(policy, forward.to.name);
      return sourcesOf(forward).map((source) => ({
        key: [device, source, ipv4.board, forward.to.port, forward.port],
        comment: forward.id,
        rate: forward.rate,
        id: forward.id,
      }));
    });
}

const sourcesOf = ({ sources }: PortForward): (Scalar | Interval)[] =>
  (sources.length === 0 ? ['0.0.0.0/0'] : sources).map((network) => rangeKey(addressRange(network)));

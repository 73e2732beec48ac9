import { contains, type Family, overlaps, parseNetwork } from '../address/ip-network.ts';
import { commonPorts, coversPorts } from '../address/port-range.ts';
import type { ClusterFlow, FlowMatch, FlowRate } from '../resolved-cluster.ts';

/** A flow between two boards, or of one board to the uplink, in one family. */
export interface UnitFlow {
  /** Index of the file's flow that it is of, among those given. */
  readonly index: number;
  readonly family: Family;
  readonly from: string;
  /** null: the uplink. */
  readonly to: string | null;
  /** Of the family; empty: all. */
  readonly networks: readonly string[];
  readonly match: FlowMatch;
  readonly rate: FlowRate | null;
}

export interface DistinctFlows {
  /** No two of them match the same packet. */
  readonly kept: readonly UnitFlow[];
  /** Opened by another one already. */
  readonly covered: readonly FlowPair[];
  /** Pairs that share some packets, where neither makes the other pointless: which one decides would be a matter of order. */
  readonly clashes: readonly FlowPair[];
}

export interface FlowPair {
  readonly flow: UnitFlow;
  readonly other: UnitFlow;
}

type FlowOfFile = Omit<ClusterFlow, 'origin'>;

/** Every flow of the file for each pair of boards that it names; between the members of one group never from a board to itself. */
export function unitFlows(flows: readonly FlowOfFile[]): UnitFlow[] {
  return flows.flatMap((flow, index) =>
    flow.families.flatMap((family) =>
      flow.from.flatMap((from) =>
        targets(flow, family, from).map((target) => ({
          index,
          family,
          from,
          ...target,
          match: flow.match,
          rate: flow.rate,
        })),
      ),
    ),
  );
}

function targets({ to }: FlowOfFile, family: Family, from: string): Pick<UnitFlow, 'to' | 'networks'>[] {
  if (to.kind === 'boards') {
    return to.names.filter((name) => name !== from).map((name) => ({ to: name, networks: [] }));
  }
  const networks = to.networks.filter((text) => parseNetwork(text)!.family === family);
  return [{ to: null, networks }];
}

/** Leaves out what another flow opens already, and finds flows that overlap. */
export function distinctFlows(flows: readonly UnitFlow[]): DistinctFlows {
  const kept: UnitFlow[] = [];
  const covered: FlowPair[] = [];
  const clashes: FlowPair[] = [];
  for (const alike of byEnds(flows).values()) {
    const distinct: UnitFlow[] = [];
    for (const [position, flow] of alike.entries()) {
      const cover = alike.find((other, at) => at !== position && makesPointless(other, at, flow, position));
      if (cover !== undefined) {
        covered.push({ flow, other: cover });
        continue;
      }
      const clash = distinct.find((other) => meet(other, flow));
      if (clash !== undefined) clashes.push({ flow, other: clash });
      distinct.push(flow);
    }
    kept.push(...distinct);
  }
  return { kept: kept.sort((a, b) => a.index - b.index), covered, clashes };
}

function byEnds(flows: readonly UnitFlow[]): Map<string, UnitFlow[]> {
  const groups = new Map<string, UnitFlow[]>();
  for (const flow of flows) {
    const key = `${flow.family} ${flow.match.protocol} ${flow.from} ${flow.to ?? ''}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [flow]);
    else group.push(flow);
  }
  return groups;
}

/** An unlimited flow covers what lies within it; of two that open the same the first counts. */
function makesPointless(cover: UnitFlow, coverAt: number, flow: UnitFlow, flowAt: number): boolean {
  if (cover.rate !== null || !covers(cover, flow)) return false;
  return flow.rate !== null || !covers(flow, cover) || coverAt < flowAt;
}

function covers(outer: UnitFlow, inner: UnitFlow): boolean {
  return (
    coversPorts(portsOf(outer.match), portsOf(inner.match)) &&
    (outer.networks.length === 0 ||
      (inner.networks.length > 0 &&
        inner.networks.every((text) =>
          outer.networks.some((other) => contains(parseNetwork(other)!, parseNetwork(text)!)),
        )))
  );
}

function meet(a: UnitFlow, b: UnitFlow): boolean {
  const portsMeet =
    a.match.protocol === 'icmp-echo' || commonPorts(portsOf(a.match), portsOf(b.match)).length > 0;
  if (!portsMeet || a.networks.length === 0 || b.networks.length === 0) return portsMeet;
  return a.networks.some((one) =>
    b.networks.some((other) => overlaps(parseNetwork(one)!, parseNetwork(other)!)),
  );
}

function portsOf(match: FlowMatch) {
  return match.protocol === 'icmp-echo' ? [] : match.ports;
}

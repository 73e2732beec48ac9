import type { Policy } from '../../policy/policy.ts';
import { dropAs } from '../drop-reasons.ts';
import type { FieldName } from '../fields.ts';
import type { Chain, NamedSet } from '../model.ts';
import { countingSet, verdictMap } from '../named-sets.ts';
import { over } from '../rule-parts.ts';
import { type Family, families, transports } from './family.ts';
import {
  type Destination,
  type FlowElement,
  flowElements,
  forwardElements,
  isExact,
  type Protocol,
} from './flow-elements.ts';

/** Sets and the chains of rates that its maps lead to. */
export interface FlowSets {
  readonly sets: readonly NamedSet[];
  readonly chains: readonly Chain[];
}

/** Name of the set of flows to a kind of destination: `flows_tcp_ipv4`, `to_network_udp_ipv6`, `to_anywhere_echo_ipv4`. */
export function flowSetName(destination: Destination, protocol: Protocol, family: Family): string {
  const kind = { board: 'flows', network: 'to_network', anywhere: 'to_anywhere' }[destination];
  return `${kind}_${protocol === 'icmp-echo' ? 'echo' : protocol}_${family.name}`;
}

/** The part of such a set whose elements are ranges or prefixes is a set of its own, so that the others stay one hash lookup. */
export const rangesOf = (name: string): string => `${name}_ranges`;
/** New connections of the flows that have a rate. */
export const ratesOf = (name: string): string => `${name}_rates`;

/** Sets for all flows and forwards of a policy, empty ones too. */
export function flowSets(policy: Policy): FlowSets {
  const parts = [
    ...families.flatMap((family) =>
      (['board', 'network', 'anywhere'] as const).flatMap((destination) =>
        (['tcp', 'udp', 'icmp-echo'] as const).map((protocol) =>
          setsOf(
            flowSetName(destination, protocol, family),
            keyOf(family, destination, protocol),
            flowElements(policy, family, protocol, destination),
          ),
        ),
      ),
    ),
    ...transports.map(({ name }) =>
      setsOf(
        `forwards_${name}`,
        ['meta oifname', 'ip saddr', 'ip daddr', `${name} dport`, 'ct original proto-dst'],
        forwardElements(policy, name),
      ),
    ),
  ];
  const rated = [...policy.flows, ...policy.forwards].flatMap(({ id, rate }) => (rate ? [{ id, rate }] : []));
  return {
    sets: parts.flat(),
    chains: rated.map(({ id, rate }) => ({
      name: rateChain(id),
      hook: null,
      rules: [[over(rate.perSecond, rate.burst), dropAs('rate')]],
    })),
  };
}

const rateChain = (id: string): string => `rate_${id}`;

function keyOf(family: Family, destination: Destination, protocol: Protocol): FieldName[] {
  const { source } = family;
  const ports: FieldName[] = protocol === 'icmp-echo' ? [] : [`${protocol} dport`];
  if (destination === 'anywhere') return ['meta iifname', source, ...ports];
  if (destination === 'network') return ['meta iifname', source, family.destination, ...ports];
  return family.name === 'ipv4'
    ? ['meta iifname', source, 'meta oifname', family.destination, ...ports]
    : [source, family.destination, ...ports];
}

function setsOf(name: string, key: readonly FieldName[], elements: readonly FlowElement[]): NamedSet[] {
  const plain = elements.map(({ rate, id, ...element }) => element);
  return [
    countingSet(name, key, false, plain.filter(isExact)),
    countingSet(
      rangesOf(name),
      key,
      true,
      plain.filter((element) => !isExact(element)),
    ),
    verdictMap(
      ratesOf(name),
      key,
      true,
      elements
        .filter(({ rate }) => rate !== null)
        .map(({ key: of, id }) => ({ key: of, verdict: { kind: 'jump', chain: rateChain(id) } })),
    ),
  ];
}

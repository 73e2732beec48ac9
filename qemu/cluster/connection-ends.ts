import type { Flow, Policy } from '../../openwrt/policy/policy.ts';
import { outsideAddress6, outsideNameAddress } from '../network/outside.ts';
import { uplinkName } from './cables.ts';
import { flowOfPacket } from './flow-of-packet.ts';
import type { Stage } from './stage.ts';
import { type Family, familiesOf } from './standpoint.ts';

/** A connection that a board may try to open. */
export interface End {
  readonly from: string;
  /** Board or `uplink`. */
  readonly to: string;
  readonly family: Family;
  readonly address: string;
  /** What its daemon is asked to reach: the address, or a name of the cluster. */
  readonly host: string;
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  /** Id of the flow that names it, or null. */
  readonly flow: string | null;
}

/** Connections of a board that flows name, to boards that are machines and to the world: by address, over each family, and by name where it may ask for one. */
export function wantedEnds(stage: Stage, name: string): End[] {
  const { policy } = stage;
  const ends = policy.flows
    .filter(({ from }) => from.name === name)
    .flatMap((flow): End[] => {
      if (!('ports' in flow.match)) return [];
      const to = flow.to.kind === 'board' ? flow.to.name : uplinkName;
      if (to !== uplinkName && !stage.boards.has(to)) return [];
      const { protocol, ports } = flow.match;
      const address = addressOf(policy, flow);
      const end = {
        from: name,
        to,
        family: flow.family,
        address,
        host: address,
        protocol,
        port: ports[0]!.first,
      };
      return [{ ...end, flow: flowOf(stage, end) }];
    });
  const named = policy.router.dns.local.includes(name)
    ? ends
        .filter(({ to, family }) => to !== uplinkName && family === 'ipv4')
        .map((end) => ({ ...end, host: `${end.to}.cluster` }))
    : [];
  return [...ends, ...named];
}

/** Every port that another board's image serves and no flow of this board names, and the world, over each family that both have. */
export function unwantedEnds(stage: Stage, name: string): End[] {
  const { policy } = stage;
  const own = familiesOf(stage.places.get(name)!);
  const served = stage.options.boards
    .filter((board) => board.name !== name)
    .flatMap(({ name: to, image }) =>
      image.ports.flatMap(({ protocol, port }) =>
        own.flatMap((family) => {
          const address = stage.places.get(to)![family];
          return address === null ? [] : [{ from: name, to, family, address, protocol, port }];
        }),
      ),
    );
  const world =
    policy.uplink === null
      ? []
      : [6420, 8003].flatMap((port) =>
          own.map((family) => ({
            ...{ from: name, to: uplinkName, family, protocol: 'tcp' as const, port },
            address: family === 'ipv4' ? outsideNameAddress : outsideAddress6,
          })),
        );
  return [...served, ...world]
    .map((end): End => ({ ...end, host: end.address, flow: flowOf(stage, end) }))
    .filter(({ flow }) => flow === null);
}

function addressOf(policy: Policy, { to, family }: Flow): string {
  if (to.kind === 'board') return policy.boards.find(({ name }) => name === to.name)![family]!.board;
  const named = to.networks[0]?.replace(/\/.*/, '');
  if (named === undefined) return family === 'ipv4' ? outsideNameAddress : outsideAddress6;
  return family === 'ipv4' ? named.replace(/\.0$/, '.1') : named.replace(/::$/, '::1');
}

function flowOf(stage: Stage, end: Omit<End, 'flow' | 'host'>): string | null {
  const { from, family, address, protocol, port } = end;
  const source = stage.places.get(from)![family]!;
  const outside = stage.places.get(uplinkName)?.router.ipv4 ?? null;
  return (
    flowOfPacket(stage.policy, { from, source, destination: address, protocol, port }, outside)?.flow ?? null
  );
}

import type { Policy } from '../../openwrt/policy/policy.ts';
import { addTag } from '../network/ethernet.ts';
import { outsideNameAddress } from '../network/outside.ts';
import { uplinkName } from './cables.ts';
import { firstPacket, type Shot, type ShotMark } from './shot.ts';
import { frameFrom, type Standpoint, standpoints } from './standpoint.ts';

/** A locally administered address that no card of a cluster has. */
const strangeMac = '02:66:6f:6f:00:01';

/** Sources that no honest packet has, on any cable. */
const martianSources = ['127.0.0.1', '0.0.0.0', '169.254.7.7', '224.0.0.1', '255.255.255.255', '240.0.0.1'];

/** Who says to be someone else. None of it passes, however much its packet looks like a flow's. Pure. */
export function spoofedShots(policy: Policy): Shot[] {
  const places = standpoints(policy);
  return places.flatMap((liar) =>
    liar.cable === uplinkName
      ? lies(policy, liar, places, outsideLies)
      : lies(policy, liar, places, boardLies),
  );
}

interface Lie {
  readonly what: string;
  readonly source: string;
  readonly mac?: string;
  readonly change?: (frame: Buffer) => Buffer;
}

function lies(
  policy: Policy,
  liar: Standpoint,
  places: readonly Standpoint[],
  liesOf: (liar: Standpoint, victim: Standpoint, vlans: readonly number[]) => Lie[],
): Shot[] {
  const vlans = policy.boards.flatMap(({ attachment }) =>
    attachment.kind === 'vlan' ? [attachment.id] : [],
  );
  return places
    .filter((victim) => victim !== liar)
    .flatMap((victim) =>
      targetsOf(policy, victim, liar, places).flatMap((target) =>
        liesOf(liar, victim, vlans).map(
          (lie): Shot => ({
            cable: liar.cable,
            to: target.name,
            what: `${lie.what}: ${target.protocol} ${lie.source} > ${target.address}:${target.port}`,
            expected: null,
            frame: (mark) => lyingFrame(liar, lie, target, mark),
          }),
        ),
      ),
    );
}

function lyingFrame(liar: Standpoint, { source, mac, change }: Lie, target: Target, mark: ShotMark): Buffer {
  const { address: destination, protocol, port } = target;
  const packet = firstPacket({ from: liar.cable, source, destination, protocol, port }, mark);
  const frame = frameFrom(liar, packet, mac);
  return change === undefined ? frame : change(frame);
}

function boardLies(liar: Standpoint, victim: Standpoint, vlans: readonly number[]): Lie[] {
  const tags = [...new Set([1, ...vlans])].slice(0, 3);
  return [
    { what: "another's address", source: victim.cable === uplinkName ? outsideNameAddress : victim.ipv4 },
    {
      what: "another's address and MAC",
      source: victim.cable === uplinkName ? outsideNameAddress : victim.ipv4,
      mac: victim.mac,
    },
    { what: 'a strange MAC', source: liar.ipv4, mac: strangeMac },
    { what: "the router's address", source: liar.router.ipv4 },
    { what: "the router's address there", source: victim.router.ipv4 },
    { what: 'an address of nobody', source: outsideNameAddress },
    ...martianSources.map((source) => ({ what: 'a martian', source })),
    ...tags.map((id) => ({
      what: `tagged for VLAN ${id}`,
      source: victim.cable === uplinkName ? liar.ipv4 : victim.ipv4,
      change: (frame: Buffer) => addTag(frame, id),
    })),
  ];
}

function outsideLies(liar: Standpoint, victim: Standpoint): Lie[] {
  return [
    { what: "a board's address", source: victim.ipv4 },
    { what: "a board's address and MAC", source: victim.ipv4, mac: victim.mac },
    { what: "the router's address", source: liar.router.ipv4 },
    { what: "the router's address there", source: victim.router.ipv4 },
    ...martianSources.map((source) => ({ what: 'a martian', source })),
  ];
}

interface Target {
  readonly name: string;
  readonly address: string;
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
}

/** Where the victim may go, since that is what a liar is after: its flows, or the forwards if it is the world. Flows of the liar's own would prove nothing. */
function targetsOf(
  policy: Policy,
  victim: Standpoint,
  liar: Standpoint,
  places: readonly Standpoint[],
): Target[] {
  const targets = policy.flows.flatMap((flow): Target[] => {
    if (flow.from.name !== victim.cable || flow.family !== 'ipv4' || !('ports' in flow.match)) return [];
    const { protocol, ports } = flow.match;
    const to = flow.to.kind === 'board' ? flow.to.name : uplinkName;
    if (to === liar.cable) return [];
    const place = places.find(({ cable }) => cable === to);
    const address = to === uplinkName ? outsideNameAddress : place!.ipv4;
    return [{ name: to, address, protocol, port: ports[0]!.first }];
  });
  const forwards = policy.forwards.map(({ protocol, port }): Target => {
    return { name: 'router', address: liar.router.ipv4, protocol, port };
  });
  const all = liar.cable === uplinkName ? [...targets, ...forwards] : targets;
  // One of each protocol is enough: what is wrong is the sender.
  return all.filter((target, index) => all.findIndex((other) => sameKind(target, other)) === index);
}

function sameKind(a: Target, b: Target): boolean {
  return a.name === b.name && a.protocol === b.protocol;
}

import type { Policy } from '../../openwrt/policy/policy.ts';
import { linkLocalAddress } from '../network/address-bytes.ts';
import { addTag } from '../network/ethernet.ts';
import { outsideAddress6, outsideNameAddress } from '../network/outside.ts';
import { uplinkName } from './cables.ts';
import { firstPacket, type Shot, type ShotMark } from './shot.ts';
import { type Family, familiesOf, frameFrom, type Standpoint, standpoints } from './standpoint.ts';

/** A locally administered address that no card of a cluster has. */
export const strangeMac = '02:66:6f:6f:00:01';

/** Sources that no honest packet has, on any cable. */
const martianSources: Readonly<Record<Family, readonly string[]>> = {
  ipv4: ['127.0.0.1', '0.0.0.0', '169.254.7.7', '224.0.0.1', '255.255.255.255', '240.0.0.1'],
  ipv6: ['::1', '::', 'ff02::1', 'fe80::66', '2001:db8::7', '::ffff:10.0.0.1'],
};
/** Addresses of nobody, where a flow to anywhere leads. */
const nobodyOf: Readonly<Record<Family, string>> = { ipv4: outsideNameAddress, ipv6: outsideAddress6 };

/** Who says to be someone else, over each family that liar and victim have. None of it passes, however much its packet looks like a flow's. Pure. */
export function spoofedShots(policy: Policy): Shot[] {
  const places = standpoints(policy);
  return places.flatMap((liar) =>
    places
      .filter((victim) => victim !== liar)
      .flatMap((victim) =>
        familiesOf(liar)
          .filter((family) => victim[family] !== null)
          .flatMap((family) => lies(policy, liar, victim, family, places)),
      ),
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
  victim: Standpoint,
  family: Family,
  places: readonly Standpoint[],
): Shot[] {
  const vlans = policy.boards.flatMap(({ attachment }) =>
    attachment.kind === 'vlan' ? [attachment.id] : [],
  );
  const liesOf =
    liar.cable === uplinkName
      ? outsideLies(liar, victim, family)
      : boardLies(liar, victim, family, [...new Set([1, ...vlans])].slice(0, 3));
  return targetsOf(policy, victim, liar, family, places).flatMap((target) =>
    liesOf.map(
      (lie): Shot => ({
        cable: liar.cable,
        to: target.name,
        what: `${lie.what}: ${target.protocol} ${lie.source} > ${target.address}:${target.port}`,
        expected: null,
        frame: (mark) => lyingFrame(liar, lie, target, mark),
      }),
    ),
  );
}

function lyingFrame(liar: Standpoint, { source, mac, change }: Lie, target: Target, mark: ShotMark): Buffer {
  const { address: destination, protocol, port } = target;
  const packet = firstPacket({ from: liar.cable, source, destination, protocol, port }, mark);
  const frame = frameFrom(liar, packet, mac);
  return change === undefined ? frame : change(frame);
}

function boardLies(liar: Standpoint, victim: Standpoint, family: Family, tags: readonly number[]): Lie[] {
  const own = liar[family]!;
  const others = victim.cable === uplinkName ? nobodyOf[family] : victim[family]!;
  return [
    { what: "another's address", source: others },
    { what: "another's address and MAC", source: others, mac: victim.mac },
    { what: 'a strange MAC', source: own, mac: strangeMac },
    ...routersAddresses(liar, victim, family),
    { what: 'an address of nobody', source: nobodyOf[family] },
    ...martians(family),
    ...(family === 'ipv6' ? [{ what: 'its link-local address', source: linkLocalAddress(liar.mac) }] : []),
    ...tags.map((id) => ({
      what: `tagged for VLAN ${id}`,
      source: victim.cable === uplinkName ? own : victim[family]!,
      change: (frame: Buffer) => addTag(frame, id),
    })),
  ];
}

function outsideLies(liar: Standpoint, victim: Standpoint, family: Family): Lie[] {
  const source = victim[family]!;
  return [
    { what: "a board's address", source },
    { what: "a board's address and MAC", source, mac: victim.mac },
    ...routersAddresses(liar, victim, family),
    ...martians(family),
  ];
}

function routersAddresses(liar: Standpoint, victim: Standpoint, family: Family): Lie[] {
  const [here, there] = [liar.router[family], victim.router[family]];
  return [
    ...(here === null ? [] : [{ what: "the router's address", source: here }]),
    ...(there === null ? [] : [{ what: "the router's address there", source: there }]),
  ];
}

function martians(family: Family): Lie[] {
  return martianSources[family].map((source) => ({ what: 'a martian', source }));
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
  family: Family,
  places: readonly Standpoint[],
): Target[] {
  const targets = policy.flows.flatMap((flow): Target[] => {
    if (flow.from.name !== victim.cable || flow.family !== family || !('ports' in flow.match)) return [];
    const { protocol, ports } = flow.match;
    const to = flow.to.kind === 'board' ? flow.to.name : uplinkName;
    if (to === liar.cable) return [];
    const place = places.find(({ cable }) => cable === to);
    const address = to === uplinkName ? nobodyOf[family] : place![family]!;
    return [{ name: to, address, protocol, port: ports[0]!.first }];
  });
  const forwards =
    family === 'ipv4'
      ? policy.forwards.map(({ protocol, port }): Target => {
          return { name: 'router', address: liar.router.ipv4, protocol, port };
        })
      : [];
  const all = liar.cable === uplinkName ? [...targets, ...forwards] : targets;
  // One of each protocol is enough: what is wrong is the sender.
  return all.filter((target, index) => all.findIndex((other) => sameKind(target, other)) === index);
}

function sameKind(a: Target, b: Target): boolean {
  return a.name === b.name && a.protocol === b.protocol;
}

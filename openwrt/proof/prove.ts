import type { Policy } from '../policy/policy.ts';
import { describePacket, usualPacket } from './describe-packet.ts';
import { evaluatePacket } from './evaluate-packet.ts';
import { point } from './interval.ts';
import type { AllowedPackets } from './meaning/vocabulary.ts';
import { inClass, type PacketClass } from './packet-class.ts';
import { etherTypes, noFragmentHeader, type Packet, paths, states } from './packet-fields.ts';
import { type PolicyPackets, policyPackets } from './policy-packets.ts';
import { readRuleset } from './ruleset/read-ruleset.ts';
import type { Ruleset } from './ruleset/ruleset.ts';
import { everything, nothing, type SetId } from './symbolic/decision-diagram.ts';
import { cutUniverse, misplaced, RulesetEvaluation, universeSet } from './symbolic/evaluate-ruleset.ts';
import { FieldCuts, PacketSpace } from './symbolic/packet-space.ts';

export interface Proof {
  /** The ruleset lets pass exactly what the policy allows. */
  readonly proven: boolean;
  /** Places of the ruleset that the proof has no meaning for. Not empty: nothing is proven. */
  readonly notUnderstood: readonly string[];
  /** One packet of each kind (path and protocol) in which they differ. */
  readonly differences: readonly Difference[];
  /** How large the decision diagrams became. */
  readonly nodes: number;
}

export interface Difference {
  readonly kind: 'opens' | 'closes' | 'answers';
  readonly packet: Packet;
  /** One line for people: what happens, to which packet, by which rule or against which flow. */
  readonly words: string;
}

/**
 * Shows that a ruleset lets pass exactly the packets that the policy allows: forwarded, accepted by the router and sent by it; or where they differ.
 *
 * `listing` is what `nft -j list ruleset` prints (text or parsed) after the ruleset was loaded; the compiler is not asked. The comparison is exact over
 * all packets (`packet-fields.ts` says what a packet is, `packet-universe.ts` which there can be), for any routing. An expression that is not
 * understood fails the proof.
 *
 * Limits (`limit rate`, `ct count`) are taken so: with every limit kept, the ruleset accepts exactly what the policy allows; and whatever limits do,
 * kept or not, each by itself, nothing more is accepted. So a limit can lead to a drop and to nothing else. How high a limit is is not proven.
 */
export function prove(policy: Policy, listing: unknown): Proof {
  return proveMeaning(policyPackets(policy), listing);
}

/** The same for packets given directly, such as those of a board's own ruleset. */
export function proveMeaning(meaning: PolicyPackets, listing: unknown): Proof {
  const { ruleset, notUnderstood } = readRuleset(listing);
  if (notUnderstood.length > 0) return { proven: false, notUnderstood, differences: [], nodes: 0 };
  return proveRuleset(meaning, ruleset);
}

/** The same for a ruleset that has been read already. */
export function proveRuleset(meaning: PolicyPackets, ruleset: Ruleset): Proof {
  const cuts = new FieldCuts();
  cutUniverse(cuts);
  cutMeaning(cuts, meaning);
  const strange = misplaced(ruleset, cuts);
  if (strange.length > 0) return { proven: false, notUnderstood: strange, differences: [], nodes: 0 };
  const space = new PacketSpace(cuts);
  const { diagram } = space;
  const universe = universeSet(space);
  const allowed = diagram.and(universe, meaningSet(space, meaning));
  const kept = new RulesetEvaluation(space, ruleset, universe, 'kept');
  const keptSets = kept.evaluate();
  const any = new RulesetEvaluation(space, ruleset, universe, 'any');
  const anySets = any.evaluate();
  const unclear = [...kept.notUnderstood, ...any.notUnderstood];
  const differences = [
    ...examples(space, diagram.minus(keptSets.accepted, allowed), (packet) => opens(ruleset, packet)),
    ...examples(space, diagram.minus(allowed, keptSets.accepted), (packet) =>
      closes(ruleset, meaning, packet),
    ),
    ...examples(space, keptSets.rejected, (packet) => answers(ruleset, packet)),
  ];
  if (differences.length === 0) {
    differences.push(
      ...examples(space, diagram.minus(anySets.accepted, allowed), (packet) => ({
        kind: 'opens',
        packet,
        words: `${verb(packet)} if a limit is exceeded, although nothing allows it: ${describePacket(packet)}`,
      })),
      ...examples(space, anySets.rejected, (packet) => ({
        kind: 'answers',
        packet,
        words: `answered if a limit is exceeded, although it should be dropped: ${describePacket(packet)}`,
      })),
    );
  }
  return {
    proven: differences.length === 0 && unclear.length === 0,
    notUnderstood: unclear,
    differences,
    nodes: diagram.size,
  };
}

/** Cuts the space wherever the meaning of a policy changes. */
export function cutMeaning(cuts: FieldCuts, { allowed, conditions }: PolicyPackets): void {
  for (const { packets } of [...allowed, ...conditions]) for (const one of packets) cuts.addClass(one);
  for (const kind of exampleKinds) cuts.addClass(kind);
}

/** All packets that a policy allows, of those that there can be and of others. */
export function meaningSet(space: PacketSpace, { allowed, conditions }: PolicyPackets): SetId {
  const { diagram } = space;
  const granted = space.unionOf(allowed.flatMap(({ packets }) => packets));
  const met = conditions.reduce((set, { packets }) => diagram.and(set, space.unionOf(packets)), everything);
  return diagram.and(granted, met);
}

/** Kinds of packets of which one example each is given. */
const exampleKinds: readonly PacketClass[] = Object.values(paths).flatMap((path) =>
  Object.values(etherTypes).flatMap((protocol) =>
    [[states.new], [states.established], [states.related], [states.invalid, states.untracked]].map(
      (some) => ({
        path: [point(path)],
        protocol: [point(protocol)],
        state: some.map(point),
      }),
    ),
  ),
);

function examples(space: PacketSpace, set: SetId, describe: (packet: Packet) => Difference): Difference[] {
  if (set === nothing) return [];
  return exampleKinds.flatMap((kind) => {
    const packet = space.example(space.diagram.and(set, space.of(kind)), usualOf(kind));
    return packet === null ? [] : [describe(packet)];
  });
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

const verb = (packet: Packet): string =>
  packet.path === paths.forward ? 'forwarded' : packet.path === paths.input ? 'accepted' : 'sent';

/** The packet as it came: what rules made of a new connection taken back. */
const asItCame = (packet: Packet): Packet =>
  packet.state === states.new ? { ...packet, statusDnat: 0n, statusSnat: 0n } : packet;

function opens(ruleset: Ruleset, packet: Packet): Difference {
  const { by } = evaluatePacket(ruleset, asItCame(packet));
  const lacking = packet.path === paths.forward ? 'no flow allows it' : 'nothing allows it';
  return {
    kind: 'opens',
    packet,
    words: `${verb(packet)} although ${lacking}: ${describePacket(packet)} (by ${by})`,
  };
}

function closes(ruleset: Ruleset, meaning: PolicyPackets, packet: Packet): Difference {
  const fate = evaluatePacket(ruleset, asItCame(packet));
  const reason = meaning.allowed.find(({ packets }) => packets.some((one) => inClass(packet, one)));
  const what = fate.outcome === 'accepted' ? 'passes otherwise translated' : fate.outcome;
  return {
    kind: 'closes',
    packet,
    words: `${what} although ${allowance(reason)} allows it: ${describePacket(packet)} (by ${fate.by})`,
  };
}

function answers(ruleset: Ruleset, packet: Packet): Difference {
  const { by } = evaluatePacket(ruleset, asItCame(packet));
  return {
    kind: 'answers',
    packet,
    words: `answered, although it should be dropped without an answer: ${describePacket(packet)} (by ${by})`,
  };
}

function allowance(reason: AllowedPackets | undefined): string {
  if (reason === undefined) return 'the policy';
  return reason.origin === null ? reason.by : `${reason.by} of ${reason.origin.file}:${reason.origin.line}`;
}

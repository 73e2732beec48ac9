import { describePacket } from './describe-packet.ts';
import { evaluatePacket } from './evaluate-packet.ts';
import type { AllowedPackets } from './meaning/vocabulary.ts';
import { inClass } from './packet-class.ts';
import { isFirst, type Packet, paths } from './packet-fields.ts';
import type { PolicyPackets } from './policy-packets.ts';
import type { Ruleset } from './ruleset/ruleset.ts';

/** A packet that a ruleset treats otherwise than the policy says. */
export interface Difference {
  readonly kind: 'opens' | 'closes' | 'answers' | 'opens beyond a limit' | 'answers beyond a limit';
  readonly packet: Packet;
  /** One line for people: what happens, to which packet, by which rule or against which flow. */
  readonly words: string;
}

const verb = (packet: Packet): string =>
  packet.path === paths.forward ? 'forwarded' : packet.path === paths.input ? 'accepted' : 'sent';

/** The packet as it came: what rules made of a new connection taken back. */
const asItCame = (packet: Packet): Packet =>
  isFirst(packet) ? { ...packet, statusDnat: 0n, statusSnat: 0n } : packet;

export function opens(ruleset: Ruleset, packet: Packet): Difference {
  const { by } = evaluatePacket(ruleset, asItCame(packet));
  const lacking = packet.path === paths.forward ? 'no flow allows it' : 'nothing allows it';
  return {
    kind: 'opens',
    packet,
    words: `${verb(packet)} although ${lacking}: ${describePacket(packet)} (by ${by})`,
  };
}

export function closes(ruleset: Ruleset, meaning: PolicyPackets, packet: Packet): Difference {
  const fate = evaluatePacket(ruleset, asItCame(packet));
  const reason = meaning.allowed.find(({ packets }) => packets.some((one) => inClass(packet, one)));
  const what = fate.outcome === 'accepted' ? 'passes otherwise translated' : fate.outcome;
  return {
    kind: 'closes',
    packet,
    words: `${what} although ${allowance(reason)} allows it: ${describePacket(packet)} (by ${fate.by})`,
  };
}

export function answers(ruleset: Ruleset, packet: Packet): Difference {
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

export const opensBeyondLimit = (packet: Packet): Difference => ({
  kind: 'opens beyond a limit',
  packet,
  words: `${verb(packet)} if a limit is exceeded, although nothing allows it: ${describePacket(packet)}`,
});

export const answersBeyondLimit = (packet: Packet): Difference => ({
  kind: 'answers beyond a limit',
  packet,
  words: `answered if a limit is exceeded, although it should be dropped: ${describePacket(packet)}`,
});

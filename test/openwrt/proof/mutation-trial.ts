import { evaluatePacket, type PacketFate } from '../../../openwrt/proof/evaluate-packet.ts';
import { isFirst, type Packet, type PacketField } from '../../../openwrt/proof/packet-fields.ts';
import type { PolicyPackets } from '../../../openwrt/proof/policy-packets.ts';
import { type Proof, Prover } from '../../../openwrt/proof/prover.ts';
import {
  ReadingMemory,
  type RulesetReading,
  readRuleset,
} from '../../../openwrt/proof/ruleset/read-ruleset.ts';
import type { Element, Rule, Ruleset, Statement } from '../../../openwrt/proof/ruleset/ruleset.ts';
import type { Selector } from '../../../openwrt/proof/ruleset/selectors.ts';
import { boundaryPackets, changedPacket } from './boundary-packets.ts';
import type { Listing, Mutation } from './mutations.ts';

export interface MutationOutcome {
  readonly mutation: Pick<Mutation, 'kind' | 'what'>;
  /** `caught`: a packet shows it. `refused`: not understood. `equivalent`: no packet of the evaluator's differs. `missed`: one does, and the proof held. `unfounded`: the proof's packet differs for the evaluator in nothing. */
  readonly verdict: 'caught' | 'refused' | 'equivalent' | 'missed' | 'unfounded';
  readonly why: string;
}

/** So many mutations share a space: more would make its diagrams large, fewer would make the same ones again and again. */
const together = 700;
/** Boundary packets that are run of those that meet a changed rule. */
const packetsPerMutation = 300;

/**
 * Holds a proof to its mutations: each must be caught, or the evaluator, which knows nothing of the proof, must find no packet that it changes.
 * @param share of the mutations to try: the `part`th (from 0) of `of` shares, which together are all of them
 */
export function tryMutations(
  meaning: PolicyPackets,
  listing: Listing,
  tried: readonly Mutation[],
  { part, of } = { part: 0, of: 1 },
): MutationOutcome[] {
  const memory = new ReadingMemory();
  const original = readRuleset(listing, memory).ruleset;
  const packets = boundaryPackets(meaning);
  const visits = new Map<string, number[]>();
  const fates = packets.map((packet, index) =>
    evaluatePacket(original, packet, (rule) => {
      const seen = visits.get(handleOf(rule));
      if (seen === undefined) visits.set(handleOf(rule), [index]);
      else if (seen.at(-1) !== index) seen.push(index);
    }),
  );
  const outcomes: MutationOutcome[] = [];
  for (let start = part * together; start < tried.length; start += of * together) {
    const some = tried.slice(start, start + together);
    const readings = some.map((mutation) => readRuleset(mutation.listing, memory));
    const prover = new Prover(
      meaning,
      readings.map(({ ruleset }) => ruleset),
    );
    for (const [index, mutation] of some.entries()) {
      outcomes.push({ mutation, ...judge(readings[index]!, prover, { original, packets, fates, visits }) });
    }
  }
  return outcomes;
}

interface Trial {
  readonly original: Ruleset;
  readonly packets: readonly Packet[];
  readonly fates: readonly PacketFate[];
  readonly visits: ReadonlyMap<string, readonly number[]>;
}

function judge(
  { ruleset, notUnderstood }: RulesetReading,
  prover: Prover,
  trial: Trial,
): Omit<MutationOutcome, 'mutation'> {
  if (notUnderstood.length > 0) return { verdict: 'refused', why: notUnderstood[0]! };
  const proof = prover.prove(ruleset);
  if (proof.notUnderstood.length > 0) return { verdict: 'refused', why: proof.notUnderstood[0]! };
  if (!proof.proven) return founded(proof, ruleset, trial);
  return equivalent(ruleset, trial);
}

/** The proof's own packet must fare otherwise than before the mutation. */
function founded(
  { differences }: Proof,
  ruleset: Ruleset,
  { original }: Trial,
): Omit<MutationOutcome, 'mutation'> {
  const shown = differences.find(({ kind, packet }) => {
    if (kind.endsWith('beyond a limit')) return true;
    const came = isFirst(packet) ? { ...packet, statusDnat: 0n, statusSnat: 0n } : packet;
    return !sameFate(evaluatePacket(original, came), evaluatePacket(ruleset, came));
  });
  return shown === undefined
    ? { verdict: 'unfounded', why: differences[0]!.words }
    : { verdict: 'caught', why: shown.words };
}

function equivalent(
  ruleset: Ruleset,
  { original, packets, fates, visits }: Trial,
): Omit<MutationOutcome, 'mutation'> {
  const changes = changesBetween(original, ruleset);
  const met = changes.everywhere
    ? packets.map((_, index) => index)
    : [...new Set(changes.rules.flatMap((handle) => visits.get(handle) ?? []))];
  const step = Math.max(1, Math.floor(met.length / packetsPerMutation));
  const run = met.filter((_, index) => index % step === 0);
  for (const index of run) {
    const fate = evaluatePacket(ruleset, packets[index]!);
    if (!sameFate(fates[index]!, fate))
      return {
        verdict: 'missed',
        why: `packet ${index}: ${fates[index]!.outcome} by ${fates[index]!.by}, now ${fate.outcome} by ${fate.by}`,
      };
  }
  const aimed = aimedPackets(
    changes.elements,
    met
      .filter((_, index) => index % Math.max(1, Math.floor(met.length / 15)) === 0)
      .map((index) => packets[index]!),
  );
  for (const packet of aimed) {
    const before = evaluatePacket(original, packet);
    const after = evaluatePacket(ruleset, packet);
    if (!sameFate(before, after))
      return {
        verdict: 'missed',
        why: `aimed packet: ${before.outcome} by ${before.by}, now ${after.outcome} by ${after.by}`,
      };
  }
  return {
    verdict: 'equivalent',
    why: reason(
      changes,
      run.map((index) => fates[index]!.outcome),
    ),
  };
}

function reason({ rules, everywhere }: Changes, outcomes: readonly PacketFate['outcome'][]): string {
  if (rules.length === 0 && !everywhere) return 'nothing that decides about packets is changed';
  if (outcomes.length === 0) return 'no packet comes there';
  if (outcomes.every((outcome) => outcome === 'dropped')) return 'what comes there is dropped either way';
  if (outcomes.every((outcome) => outcome === 'accepted')) return 'what comes there is accepted either way';
  return 'all that come there fare alike';
}

const sameFate = (a: PacketFate, b: PacketFate): boolean =>
  a.outcome === b.outcome &&
  (a.outcome !== 'accepted' ||
    Object.entries(a.packet).every(([field, value]) => b.packet[field as PacketField] === value));

const handleOf = (rule: Rule): string =>
  /\(handle (\S+)\)/.exec(rule.place)![1]! + rule.place.split(' of ')[1]!.split(' (')[0]!;

interface Changes {
  readonly rules: readonly string[];
  readonly everywhere: boolean;
  /** Elements that only one of the two has, with their key. */
  readonly elements: readonly { readonly key: readonly Selector[]; readonly element: Element }[];
}

/** What differs, by the statements' identity: readings of one memory share what is the same. */
function changesBetween(before: Ruleset, after: Ruleset): Changes {
  const rulesOf = (ruleset: Ruleset) =>
    new Map(
      ruleset.chains.flatMap((chain) =>
        chain.rules.map((rule, index) => [handleOf(rule), { rule, index }] as const),
      ),
    );
  const [old, now] = [rulesOf(before), rulesOf(after)];
  const rules: string[] = [];
  const elements: { key: readonly Selector[]; element: Element }[] = [];
  for (const handle of new Set([...old.keys(), ...now.keys()])) {
    const [a, b] = [old.get(handle), now.get(handle)];
    const decisive = (one: typeof a): readonly Statement[] =>
      one?.rule.statements.filter(({ kind }) => kind !== 'effectless') ?? [];
    const [was, is] = [decisive(a), decisive(b)];
    const moved = a !== undefined && b !== undefined && a.index !== b.index && old.size === now.size;
    if (!moved && was.length === is.length && was.every((statement, index) => statement === is[index]))
      continue;
    rules.push(handle);
    elements.push(...onlyInOne(was, is));
  }
  const base = (ruleset: Ruleset): string =>
    JSON.stringify(ruleset.chains.map(({ name, base: hook }) => [name, hook]));
  return { rules, everywhere: base(before) !== base(after), elements };
}

function onlyInOne(
  was: readonly Statement[],
  is: readonly Statement[],
): { key: readonly Selector[]; element: Element }[] {
  const text = (statements: readonly Statement[]) =>
    new Map(
      statements.flatMap((statement) => {
        const key = 'key' in statement ? statement.key : [];
        const held =
          statement.kind === 'match'
            ? statement.elements
            : statement.kind === 'verdict map'
              ? statement.entries.map((entry) => entry.element)
              : [];
        return held.map(
          (element) =>
            [
              `${key.join()} ${element.map(({ first, last }) => `${first}-${last}`).join()}`,
              { key, element },
            ] as const,
        );
      }),
    );
  const [a, b] = [text(was), text(is)];
  return [...[...a].filter(([name]) => !b.has(name)), ...[...b].filter(([name]) => !a.has(name))]
    .map(([, one]) => one)
    .slice(0, 8);
}

/** Where a selector's value stands in a packet, for packets without translation. */
const fieldOf: Partial<Record<Selector, PacketField>> = {
  'meta iifname': 'iif',
  'meta oifname': 'oif',
  'meta l4proto': 'transport',
  'meta pkttype': 'packetType',
  'ether saddr': 'sourceMac',
  'ip saddr': 'source',
  'ip6 saddr': 'source',
  'ip daddr': 'destination',
  'ip6 daddr': 'destination',
  'ip6 hoplimit': 'hopLimit',
  'tcp sport': 'sourcePort',
  'udp sport': 'sourcePort',
  'tcp dport': 'destinationPort',
  'udp dport': 'destinationPort',
  'ct original ip saddr': 'connectionSource',
  'ct original ip6 saddr': 'connectionSource',
  'ct reply ip saddr': 'connectionAnswerer',
  'ct reply ip6 saddr': 'connectionAnswerer',
  'ct reply proto-src': 'connectionAnswererPort',
  'ct original proto-dst': 'connectionDestinationPort',
  'ct state': 'state',
  'icmpv6 taddr': 'neighbourTarget',
  'arp saddr ether': 'arpSenderMac',
  'arp saddr ip': 'source',
  'arp daddr ip': 'destination',
  'arp operation': 'arpOperation',
};

/** The packets with the values of a changed element in place of their own: its first values, and its last. */
function aimedPackets(changed: Changes['elements'], bases: readonly Packet[]): Packet[] {
  return changed.flatMap(({ key, element }) =>
    bases.flatMap((base) =>
      (['first', 'last'] as const).flatMap((end) => {
        const values: Partial<Record<PacketField, bigint>> = {};
        for (const [index, selector] of key.entries()) {
          const value = element[index]![end];
          if (selector === 'icmp type' || selector === 'icmpv6 type') values.sourcePort = value << 8n;
          else if (fieldOf[selector] !== undefined) values[fieldOf[selector]] = value;
        }
        return changedPacket(base, values) ?? [];
      }),
    ),
  );
}

/** How many of each, and where the equivalent ones are. */
export function mutationReport(name: string, outcomes: readonly MutationOutcome[]): string {
  const count = (verdict: MutationOutcome['verdict']): number =>
    outcomes.filter((outcome) => outcome.verdict === verdict).length;
  const groups = new Map<string, Set<string>>();
  const sizes = new Map<string, number>();
  for (const { mutation, verdict, why } of outcomes) {
    if (verdict !== 'equivalent') continue;
    const group = `${mutation.kind}, ${why}`;
    const places = groups.get(group) ?? new Set();
    places.add(mutation.what.split(' ')[1]!.replace(/:$/, ''));
    groups.set(group, places);
    sizes.set(group, (sizes.get(group) ?? 0) + 1);
  }
  return [
    `${name}: ${outcomes.length} mutations: ${count('caught')} caught by a packet, ${count('refused')} refused as not understood, ${count('equivalent')} equivalent`,
    ...[...groups]
      .sort()
      .map(
        ([group, places]) => `  equivalent: ${sizes.get(group)} ${group}: ${[...places].sort().join(' ')}`,
      ),
  ].join('\n');
}

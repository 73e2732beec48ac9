import {
  etherTypes,
  ipv4Base,
  isFirst,
  noEthernetHeader,
  noFragmentHeader,
  type Packet,
  paths,
  states,
} from './packet-fields.ts';
import type { Chain, Element, Family, Hook, Rule, Ruleset, Statement, Verdict } from './ruleset/ruleset.ts';
import type { Selector } from './ruleset/selectors.ts';

export interface PacketFate {
  readonly outcome: 'accepted' | 'dropped' | 'rejected';
  /** The rule that decided; of an accepted packet the last rule that accepted it, or the policy of a chain if no rule did. */
  readonly by: string;
  /** The packet with what rules made of its new connection: status and translated destination. */
  readonly packet: Packet;
}

/** What the kernel does between the chains, at its priorities (enum nf_ip_hook_priorities). */
type KernelStep = 'defragment' | 'translate destination' | 'translate source';

type Step = { readonly priority: number } & ({ readonly chain: Chain } | { readonly kernel: KernelStep });

const kernelSteps: Readonly<
  Record<Hook, readonly { readonly priority: number; readonly kernel: KernelStep }[]>
> = {
  prerouting: [
    { priority: -400, kernel: 'defragment' },
    { priority: -100, kernel: 'translate destination' },
  ],
  input: [],
  forward: [],
  output: [
    { priority: -400, kernel: 'defragment' },
    { priority: -100, kernel: 'translate destination' },
  ],
  postrouting: [{ priority: 100, kernel: 'translate source' }],
};

const hooksOf = new Map<bigint, readonly Hook[]>([
  [paths.input, ['prerouting', 'input']],
  [paths.forward, ['prerouting', 'forward', 'postrouting']],
  [paths.output, ['output', 'postrouting']],
]);

const protocols: Readonly<Record<Family, readonly bigint[]>> = {
  ip: [etherTypes.ipv4],
  ip6: [etherTypes.ipv6],
  inet: [etherTypes.ipv4, etherTypes.ipv6],
  arp: [etherTypes.arp],
};

const unasked = 'no chain';

/**
 * Runs one packet through the ruleset, step by step as a kernel does, with every limit kept. It shares with the proof the reader of the ruleset and the
 * fields of a packet, and nothing else: it is what the proof is held to. `visit` is told of each rule that the packet meets.
 */
export function evaluatePacket(ruleset: Ruleset, packet: Packet, visit?: (rule: Rule) => void): PacketFate {
  const flight = new Flight(packet, visit);
  let by = unasked;
  for (const hook of hooksOf.get(packet.path)!) {
    for (const step of stepsOf(ruleset, hook)) {
      if ('kernel' in step) {
        flight.take(step.kernel);
        continue;
      }
      if (!protocols[step.chain.family].includes(packet.protocol)) continue;
      if (step.chain.base!.type === 'nat' && !flight.awaitsTranslation(hook)) continue;
      const decision = walkBase(ruleset, step.chain, flight);
      if (decision.verdict !== 'accept') {
        const outcome = decision.verdict === 'drop' ? 'dropped' : 'rejected';
        return { outcome, by: decision.by, packet: flight.packet };
      }
      if (decision.byRule || by === unasked) by = decision.by;
    }
  }
  return { outcome: 'accepted', by, packet: flight.packet };
}

const stepCache = new WeakMap<Ruleset, Map<Hook, readonly Step[]>>();

/** Chains of type nat are asked by the kernel's own step: before it at the same priority. */
function stepsOf(ruleset: Ruleset, hook: Hook): readonly Step[] {
  let steps = stepCache.get(ruleset);
  if (steps === undefined) {
    steps = new Map();
    stepCache.set(ruleset, steps);
  }
  let ofHook = steps.get(hook);
  if (ofHook === undefined) {
    const chains = ruleset.chains
      .filter((chain) => chain.base?.hook === hook)
      .map((chain) => ({ priority: chain.base!.priority, chain }));
    ofHook = [...chains, ...kernelSteps[hook]].sort((a, b) => a.priority - b.priority);
    steps.set(hook, ofHook);
  }
  return ofHook;
}

type Walk =
  | { readonly verdict: 'accept' | 'drop' | 'reject'; readonly by: string; readonly byRule: boolean }
  | 'end';

function walkBase(ruleset: Ruleset, chain: Chain, flight: Flight): Exclude<Walk, 'end'> {
  const walk = walkChain(ruleset, chain, flight);
  return walk === 'end'
    ? {
        verdict: chain.base!.policy,
        by: `the policy of chain ${chain.family} ${chain.table} ${chain.name}`,
        byRule: false,
      }
    : walk;
}

function walkChain(ruleset: Ruleset, chain: Chain, flight: Flight): Walk {
  for (const rule of chain.rules) {
    flight.visit?.(rule);
    const verdict = walkRule(rule, flight);
    switch (verdict.kind) {
      case 'continue':
        break;
      case 'return':
        return 'end';
      case 'accept':
      case 'drop':
      case 'reject':
        return { verdict: verdict.kind, by: rule.place, byRule: true };
      case 'jump':
      case 'goto': {
        const target = ruleset.chains.find(
          (one) => one.family === chain.family && one.table === chain.table && one.name === verdict.chain,
        )!;
        const walk = walkChain(ruleset, target, flight);
        if (walk !== 'end') return walk;
        if (verdict.kind === 'goto') return 'end';
      }
    }
  }
  return 'end';
}

const goOn: Verdict = { kind: 'continue' };

function walkRule(rule: Rule, flight: Flight): Verdict {
  for (const statement of rule.statements) {
    switch (statement.kind) {
      case 'effectless':
        break;
      case 'limit':
        if (statement.over) return goOn;
        break;
      case 'match': {
        if (statement.key[0] === 'ct status') {
          if (!flight.hasStatus(statement.elements.map(([flag]) => flag!.first))) return goOn;
          break;
        }
        const key = flight.key(statement.key);
        if (key === null || lookUp(statement, statement.elements, key) >= 0 === statement.negated)
          return goOn;
        break;
      }
      case 'verdict':
        if (statement.verdict.kind !== 'continue') return statement.verdict;
        break;
      case 'verdict map': {
        const key = flight.key(statement.key);
        const index = key === null ? -1 : lookUp(statement, elementsOf(statement, statement.entries), key);
        if (index < 0) return goOn;
        const { verdict } = statement.entries[index]!;
        if (verdict.kind !== 'continue') return verdict;
        break;
      }
      case 'destination nat': {
        const key = flight.key(statement.key);
        const index = key === null ? -1 : lookUp(statement, elementsOf(statement, statement.targets), key);
        if (index < 0) return goOn;
        const { family, address, port } = statement.targets[index]!;
        if (!protocols[family].includes(flight.packet.protocol)) break;
        flight.translateTo(address, port);
        return { kind: 'accept' };
      }
      case 'masquerade':
        flight.masquerade();
        return { kind: 'accept' };
    }
  }
  return goOn;
}

const elementCache = new WeakMap<Statement, readonly Element[]>();

function elementsOf(
  statement: Statement,
  entries: readonly { readonly element: Element }[],
): readonly Element[] {
  let elements = elementCache.get(statement);
  if (elements === undefined) {
    elements = entries.map((entry) => entry.element);
    elementCache.set(statement, elements);
  }
  return elements;
}

interface Index {
  readonly points: ReadonlyMap<string, number>;
  readonly others: readonly number[];
}
const indexCache = new WeakMap<Statement, Index>();

/** Which element holds the key; -1 for none. */
function lookUp(statement: Statement, elements: readonly Element[], key: readonly bigint[]): number {
  if (elements.length <= 4) return elements.findIndex((element) => within(element, key));
  let index = indexCache.get(statement);
  if (index === undefined) {
    const points = new Map<string, number>();
    const others: number[] = [];
    for (const [position, element] of elements.entries()) {
      if (element.every(({ first, last }) => first === last))
        points.set(element.map(({ first }) => first).join(), position);
      else others.push(position);
    }
    index = { points, others };
    indexCache.set(statement, index);
  }
  return (
    index.points.get(key.join()) ?? index.others.find((position) => within(elements[position]!, key)) ?? -1
  );
}

const within = (element: Element, key: readonly bigint[]): boolean =>
  element.every(({ first, last }, index) => first <= key[index]! && key[index]! <= last);

/** A packet on its way, with what the kernel has done to it so far. */
class Flight {
  #packet: Packet;
  #source: bigint;
  #destination: bigint;
  #destinationPort: bigint;
  #destinationType: bigint;
  #reassembled = false;

  constructor(
    packet: Packet,
    readonly visit: ((rule: Rule) => void) | undefined,
  ) {
    this.#packet = packet;
    this.#source = packet.source;
    this.#destination = packet.destination;
    this.#destinationPort = packet.destinationPort;
    this.#destinationType = packet.destinationType;
  }

  get packet(): Packet {
    return this.#packet;
  }

  /** nf_nat asks the rules about the first packet of a connection only, and each end of it once. */
  awaitsTranslation(hook: Hook): boolean {
    const { statusDnat, statusSnat } = this.#packet;
    return isFirst(this.#packet) && (hook === 'prerouting' ? statusDnat : statusSnat) === 0n;
  }

  translateTo(address: bigint, port: bigint): void {
    this.#packet = {
      ...this.#packet,
      statusDnat: 1n,
      translatedDestination: address,
      translatedDestinationPort: port,
    };
  }

  masquerade(): void {
    this.#packet = { ...this.#packet, statusSnat: 1n };
  }

  take(step: KernelStep): void {
    const { direction, statusDnat, statusSnat } = this.#packet;
    const isOriginal = direction === 0n;
    switch (step) {
      case 'defragment':
        this.#reassembled = true;
        return;
      case 'translate destination':
        if ((isOriginal ? statusDnat : statusSnat) === 1n) {
          this.#destination = this.#packet.translatedDestination;
          this.#destinationPort = this.#packet.translatedDestinationPort;
          this.#destinationType = this.#packet.translatedDestinationType;
        }
        return;
      case 'translate source':
        if ((isOriginal ? statusSnat : statusDnat) === 1n) this.#source = this.#packet.translatedSource;
    }
  }

  /** Whether the connection has one of these flags (IPS_CONFIRMED 8, IPS_SRC_NAT 16, IPS_DST_NAT 32). */
  hasStatus(flags: readonly bigint[]): boolean {
    const { state, statusDnat, statusSnat, statusConfirmed } = this.#packet;
    if (state === states.invalid || state === states.untracked) return false;
    return (
      (flags.includes(32n) && statusDnat === 1n) ||
      (flags.includes(16n) && statusSnat === 1n) ||
      (flags.includes(8n) && statusConfirmed === 1n)
    );
  }

  /** The values of all selectors, or null if one finds none. */
  key(selectors: readonly Selector[]): bigint[] | null {
    const values: bigint[] = [];
    for (const selector of selectors) {
      const value = this.#read(selector);
      if (value === null) return null;
      values.push(value);
    }
    return values;
  }

  #read(selector: Selector): bigint | null {
    const packet = this.#packet;
    const isIpv4 = packet.protocol === etherTypes.ipv4;
    const isIpv6 = packet.protocol === etherTypes.ipv6;
    const isArp = packet.protocol === etherTypes.arp;
    const onlyIf = (condition: boolean, value: bigint): bigint | null => (condition ? value : null);
    const ethernet = packet.sourceMac < noEthernetHeader;
    switch (selector) {
      case 'meta iifname':
        return packet.iif;
      case 'meta oifname':
        return packet.oif;
      case 'meta l4proto':
        return onlyIf((isIpv4 || isIpv6) && packet.transport < 256n, packet.transport);
      case 'meta nfproto':
      case 'meta protocol':
        return packet.protocol;
      case 'meta pkttype':
        return packet.packetType;
      case 'ether type':
        return onlyIf(ethernet, packet.protocol);
      case 'ether saddr':
        return onlyIf(ethernet, packet.sourceMac);
      case 'ether daddr':
        return onlyIf(ethernet, packet.destinationMac);
      case 'ip saddr':
        return onlyIf(isIpv4, this.#source);
      case 'ip6 saddr':
        return onlyIf(isIpv6, this.#source);
      case 'ip daddr':
        return onlyIf(isIpv4, this.#destination);
      case 'ip6 daddr':
        return onlyIf(isIpv6, this.#destination);
      case 'ip protocol':
        return onlyIf(isIpv4, packet.transport);
      case 'ip ttl':
        return onlyIf(isIpv4, packet.hopLimit);
      case 'ip6 hoplimit':
        return onlyIf(isIpv6, packet.hopLimit);
      case 'ip frag-off':
        return onlyIf(isIpv4, packet.fragment);
      case 'ip hdrlength':
        return onlyIf(isIpv4, packet.headerLength);
      case 'ip6 nexthdr':
        return onlyIf(isIpv6, packet.nextHeader);
      case 'frag exists':
        return onlyIf(isIpv6, packet.fragment === noFragmentHeader ? 0n : 1n);
      case 'th sport':
        return onlyIf(this.#hasTransport(null), packet.sourcePort);
      case 'th dport':
        return onlyIf(this.#hasTransport(null), this.#destinationPort);
      case 'tcp sport':
        return onlyIf(this.#hasTransport(6n), packet.sourcePort);
      case 'tcp dport':
        return onlyIf(this.#hasTransport(6n), this.#destinationPort);
      case 'udp sport':
        return onlyIf(this.#hasTransport(17n), packet.sourcePort);
      case 'udp dport':
        return onlyIf(this.#hasTransport(17n), this.#destinationPort);
      case 'tcp flags':
        return onlyIf(this.#hasTransport(6n), packet.tcpFlags);
      case 'icmp type':
        return onlyIf(isIpv4 && this.#hasTransport(1n), packet.sourcePort >> 8n);
      case 'icmp code':
        return onlyIf(isIpv4 && this.#hasTransport(1n), packet.sourcePort & 255n);
      case 'icmpv6 type':
        return onlyIf(isIpv6 && this.#hasTransport(58n), packet.sourcePort >> 8n);
      case 'icmpv6 code':
        return onlyIf(isIpv6 && this.#hasTransport(58n), packet.sourcePort & 255n);
      case 'icmpv6 taddr':
        return onlyIf(this.#hasTransport(null) && packet.neighbourTarget < ipv4Base, packet.neighbourTarget);
      case 'arp htype':
        return onlyIf(isArp, packet.arpHardware);
      case 'arp ptype':
        return onlyIf(isArp, packet.arpProtocol);
      case 'arp hlen':
        return onlyIf(isArp, packet.arpHardwareLength);
      case 'arp plen':
        return onlyIf(isArp, packet.arpProtocolLength);
      case 'arp operation':
        return onlyIf(isArp, packet.arpOperation);
      case 'arp saddr ether':
        return onlyIf(isArp, packet.arpSenderMac);
      case 'arp saddr ip':
        return onlyIf(isArp, packet.source);
      case 'arp daddr ether':
        return onlyIf(isArp, packet.arpTargetMac);
      case 'arp daddr ip':
        return onlyIf(isArp, packet.destination);
      case 'fib daddr . iif type':
        return onlyIf(isIpv4 || isIpv6, this.#destinationType);
      default:
        return this.#readConnection(selector, isIpv4, isIpv6);
    }
  }

  #readConnection(selector: Selector, isIpv4: boolean, isIpv6: boolean): bigint | null {
    const packet = this.#packet;
    if (selector === 'ct state') return packet.state;
    const isError = packet.state === states.related;
    if (!isError && packet.state !== states.new && packet.state !== states.established) return null;
    const isOriginal = packet.direction === 0n;
    const translated = (status: bigint, plain: bigint, changed: bigint): bigint =>
      status === 1n ? changed : plain;
    switch (selector) {
      case 'ct direction':
        return packet.direction;
      case 'ct protocol':
        return isError ? packet.connectionTransport : packet.transport;
      case 'ct original ip saddr':
      case 'ct original ip6 saddr':
        if (!(selector === 'ct original ip saddr' ? isIpv4 : isIpv6)) return null;
        if (isError) return packet.connectionSource;
        return isOriginal
          ? packet.source
          : translated(packet.statusSnat, packet.destination, packet.translatedDestination);
      case 'ct original ip daddr':
      case 'ct original ip6 daddr':
        if (!(selector === 'ct original ip daddr' ? isIpv4 : isIpv6)) return null;
        if (isError) return packet.connectionDestination;
        return isOriginal
          ? packet.destination
          : translated(packet.statusDnat, packet.source, packet.connectionDestination);
      case 'ct reply ip saddr':
      case 'ct reply ip6 saddr':
        if (!(selector === 'ct reply ip saddr' ? isIpv4 : isIpv6)) return null;
        if (isError) return packet.connectionAnswerer;
        return isOriginal
          ? translated(packet.statusDnat, packet.destination, packet.translatedDestination)
          : packet.source;
      case 'ct original proto-dst':
        if (isError) return packet.connectionDestinationPort;
        if (packet.transport !== 6n && packet.transport !== 17n) return null;
        return isOriginal
          ? packet.destinationPort
          : translated(packet.statusDnat, packet.sourcePort, packet.connectionDestinationPort);
      case 'ct reply proto-src':
        if (isError) return packet.connectionAnswererPort;
        if (packet.transport !== 6n && packet.transport !== 17n) return null;
        return isOriginal
          ? translated(packet.statusDnat, packet.destinationPort, packet.translatedDestinationPort)
          : packet.sourcePort;
      default:
        throw new Error(`the evaluator does not know ${selector}`);
    }
  }

  /** Whether nf_tables finds a transport header, of the protocol if one is given. */
  #hasTransport(protocol: bigint | null): boolean {
    const { protocol: network, transport, truncated, fragment } = this.#packet;
    if (network !== etherTypes.ipv4 && network !== etherTypes.ipv6) return false;
    if (transport > 255n || truncated === 1n || (protocol !== null && transport !== protocol)) return false;
    if (this.#reassembled || fragment === noFragmentHeader) return true;
    return (network === etherTypes.ipv4 ? fragment & 0x1fffn : fragment >> 3n) === 0n;
  }
}

import { includedOpenings } from './included-openings.ts';
import { knownOptions } from './known-options.ts';
import { anything, type Opening } from './opening.ts';
import { addressValue, byPrefix, isIcmpOf, portValue, protocols, truth } from './option-values.ts';
import { parseUci, type ReadSection } from './parse-uci.ts';

export interface Firewall4Reading {
  readonly openings: readonly Opening[];
  /** As firewall4 says them on stderr, about: a strict generator gives none. */
  readonly warnings: readonly string[];
  /** nft refuses the whole: at the first load no ruleset is there, and everything is open. */
  readonly refused: boolean;
}

type Policy = 'accept' | 'reject' | 'drop';
type Family = 'ipv4' | 'ipv6';

interface Zone {
  readonly name: string;
  readonly devices: readonly string[];
  readonly families: readonly Family[];
  readonly input: Policy;
  readonly output: Policy;
  readonly forward: Policy;
  readonly masquerades: boolean;
  readonly helpers: boolean;
}

const bothFamilies: readonly Family[] = ['ipv4', 'ipv6'];
/** firewall4 puts `!fw4: ` before a name; nft takes comments of 128 bytes. */
const longestName = 120;

/**
 * What firewall4 opens for connections that begin, by a text of /etc/config/firewall: a model of it, made from what it was seen to do
 * (order of chains, zones, defaults, and everything that it silently opens). It knows nothing of the model that prints such texts.
 * @param files what includes name, by path
 */
export function readFirewall4(text: string, files: Readonly<Record<string, string>> = {}): Firewall4Reading {
  return new Reading(parseUci(text), files).result();
}

class Reading {
  readonly #openings: Opening[] = [];
  readonly #warnings: string[] = [];
  readonly #zones: Zone[] = [];
  #refused = false;

  constructor(sections: readonly ReadSection[], files: Readonly<Record<string, string>>) {
    const of = (type: string) =>
      sections.filter((section) => section.type === type).filter((section) => this.#isKnown(section));
    this.#readDefaults(of('defaults'));
    for (const section of of('zone')) this.#readZone(section);
    for (const section of of('rule')) this.#readRule(section, of('ipset'));
    for (const section of of('forwarding')) this.#readForwarding(section);
    for (const section of of('redirect')) this.#readRedirect(section);
    for (const section of of('include')) this.#readInclude(section, files);
    for (const zone of this.#zones) this.#openZonePolicies(zone);
    for (const { type } of sections) {
      if (!(type in knownOptions)) this.#warnings.push(`sections of the type ${type} are not read`);
    }
  }

  result(): Firewall4Reading {
    if (!this.#refused) return { openings: this.#openings, warnings: this.#warnings, refused: false };
    const everything = (['input', 'forward', 'output'] as const).flatMap((hook) =>
      bothFamilies.map((family) => ({ ...anything, hook, family })),
    );
    return { openings: everything, warnings: this.#warnings, refused: true };
  }

  /** Disabled sections are not read; an unknown option is a warning, and the section is read without it. */
  #isKnown(section: ReadSection): boolean {
    for (const name of section.options.keys()) {
      if (!knownOptions[section.type]!.includes(name)) {
        this.#warnings.push(`${section.type}: the option ${name} is unknown and ignored`);
      }
    }
    return truth(one(section, 'enabled'), true);
  }

  #readDefaults([defaults]: readonly ReadSection[]): void {
    // Without the section every policy is DROP, output too.
    if (defaults === undefined) return;
    for (const hook of ['input', 'output', 'forward'] as const) {
      const policy = byPrefix(one(defaults, hook) ?? 'drop', ['accept', 'reject', 'drop']);
      if (policy !== 'accept') continue;
      for (const family of bothFamilies) this.#open({ ...anything, hook, family });
    }
    if (truth(one(defaults, 'flow_offloading'), false)) {
      // The offload rule stands before all others: what is established is never looked at again.
      for (const family of bothFamilies) {
        this.#open({ ...anything, hook: 'forward', family, protocol: 'offloaded' });
      }
    }
    if (truth(one(defaults, 'disable_ipv6'), false)) {
      this.#warnings.push('defaults: disable_ipv6 is not supported');
    }
  }

  #readZone(section: ReadSection): void {
    const name = one(section, 'name') ?? '';
    if (name === '') {
      this.#warnings.push('zone: without a name, skipped');
      return;
    }
    // A second chain of one name.
    if (name.length > longestName || this.#zones.some((zone) => zone.name === name)) this.#refused = true;
    const policy = (option: string): Policy =>
      (byPrefix(one(section, option) ?? 'drop', ['accept', 'reject', 'drop']) as Policy | null) ?? 'drop';
    const masquerades = ['masq', 'masq6'].some((option) => truth(one(section, option), false));
    const devices = words(section, 'device');
    if (words(section, 'network').length > 0) {
      this.#warnings.push(`zone ${name}: by network, so that it matches no device until netifd reports one`);
    }
    this.#zones.push({
      name,
      devices,
      families: familiesOf(section),
      input: policy('input'),
      output: policy('output'),
      forward: policy('forward'),
      masquerades,
      helpers: truth(one(section, 'auto_helper'), true) && !masquerades,
    });
  }

  /** A zone's forward policy is for what stays within it; between zones the default policy holds. */
  #openZonePolicies(zone: Zone): void {
    for (const family of zone.families) {
      for (const device of zone.devices) {
        if (zone.input === 'accept') this.#open({ ...anything, hook: 'input', family, in: device });
        if (zone.output === 'accept') this.#open({ ...anything, hook: 'output', family, out: device });
        if (zone.helpers) {
          // What a helper expects is related, and related is accepted before any rule.
          this.#open({ ...anything, hook: 'forward', family, in: device, protocol: 'expected by helpers' });
        }
        if (zone.forward !== 'accept') continue;
        for (const out of zone.devices) this.#open({ ...anything, hook: 'forward', family, in: device, out });
      }
    }
  }

  #readForwarding(section: ReadSection): void {
    const [ins, outs] = [this.#devices(section, 'src'), this.#devices(section, 'dest')];
    if (ins === null || outs === null) {
      this.#warnings.push('forwarding: without two zones, skipped');
      return;
    }
    for (const family of familiesOf(section)) {
      for (const inside of ins) {
        for (const out of outs) this.#open({ ...anything, hook: 'forward', family, in: inside, out });
      }
    }
  }

  #readRule(section: ReadSection, sets: readonly ReadSection[]): void {
    const name = one(section, 'name') ?? 'rule';
    if (name.length > longestName) this.#refused = true;
    const named = one(section, 'target');
    const target =
      named === undefined
        ? null
        : byPrefix(named, ['accept', 'reject', 'drop', 'notrack', 'helper', 'mark', 'dscp']);
    if (named !== undefined && target === null) {
      this.#warnings.push(`rule ${name}: no such target, skipped`);
      return;
    }
    const [src, dest] = [one(section, 'src'), one(section, 'dest')];
    const [ins, outs] = [this.#devices(section, 'src'), this.#devices(section, 'dest')];
    if ((src !== undefined && ins === null) || (dest !== undefined && outs === null)) {
      this.#warnings.push(`rule ${name}: no such zone, skipped`);
      return;
    }
    // No target, no verdict.
    if (target !== 'accept') return;
    const match = this.#match(section, name);
    if (match === null) return;
    // Neither src nor dest, or dest alone: output.
    const hook = src === undefined ? 'output' : dest === undefined ? 'input' : 'forward';
    const set = one(section, 'ipset');
    const sources =
      set === undefined ? match.sources : [...match.sources, `@${set} ${setEntries(set, sets)}`];
    for (const { family, protocol } of match.pairs) {
      for (const inside of ins ?? ['']) {
        for (const out of outs ?? ['']) {
          this.#open({
            ...match.restrictions(family, protocol),
            sources: inFamily(sources, family),
            hook,
            family,
            in: inside,
            out,
            protocol,
          });
        }
      }
    }
  }

  #readRedirect(section: ReadSection): void {
    const name = one(section, 'name') ?? 'redirect';
    const zone = this.#zones.find((candidate) => candidate.name === one(section, 'src'));
    if (zone === undefined) {
      this.#warnings.push(`redirect ${name}: without a source zone, skipped`);
      return;
    }
    if (byPrefix(one(section, 'target') ?? 'dnat', ['dnat', 'snat']) === 'snat') {
      this.#warnings.push(`redirect ${name}: snat is not modelled`);
      this.#refused = true;
      return;
    }
    const match = this.#match(section, name, 'src_dip', 'src_dport');
    if (match === null) return;
    const address = one(section, 'dest_ip');
    const port = one(section, 'dest_port') ?? one(section, 'src_dport');
    for (const { family, protocol } of match.pairs) {
      if (one(section, 'family') === undefined && family === 'ipv6' && !address?.includes(':')) continue;
      for (const device of zone.devices) {
        // Whatever was translated is accepted, regardless of rules.
        this.#open({
          ...match.restrictions(family, protocol),
          hook: 'dnat',
          family,
          in: device,
          protocol,
          becomes: `${address ?? 'the router'}:${port ?? 'the same port'}`,
        });
      }
    }
    const inner = this.#zones.find((candidate) => candidate.name === one(section, 'dest'));
    if (truth(one(section, 'reflection'), true) && zone.masquerades && inner !== undefined) {
      for (const device of inner.devices) {
        this.#open({
          ...anything,
          hook: 'dnat',
          family: 'ipv4',
          in: device,
          becomes: `${address}:${port} (reflection)`,
        });
      }
    }
  }

  #readInclude(section: ReadSection, files: Readonly<Record<string, string>>): void {
    const [path, position, chain] = [one(section, 'path'), one(section, 'position'), one(section, 'chain')];
    const text = path === undefined ? undefined : files[path];
    const known =
      one(section, 'type') === 'nftables' &&
      position === 'chain-pre' &&
      (chain === 'forward' || chain === 'dstnat');
    const openings = text === undefined || !known ? null : includedOpenings(text, chain);
    if (openings !== null) {
      for (const opening of openings) this.#open(opening);
      return;
    }
    this.#warnings.push(`include ${path}: what it does is not known`);
    this.#refused = true;
  }

  /** What rules and redirects have in common; null: skipped. */
  #match(section: ReadSection, name: string, destination = 'dest_ip', port = 'dest_port') {
    const skip = (why: string): null => {
      this.#warnings.push(`${section.type} ${name}: ${why}, skipped`);
      return null;
    };
    const protos = protocols(words(section, 'proto').length > 0 ? words(section, 'proto') : ['tcp udp']);
    if (protos === null) {
      // An unknown protocol reaches nft.
      this.#refused = true;
      return null;
    }
    const addresses = { src_ip: [] as string[], [destination]: [] as string[] };
    let families = familiesOf(section);
    for (const option of ['src_ip', destination]) {
      for (const text of words(section, option)) {
        const value = addressValue(text);
        if (value === null && /[/.:]/.test(text)) return skip(`${text} is no address`);
        if (value === null) {
          this.#warnings.push(
            `${section.type} ${name}: ${option} names the network ${text}; without an address there, nothing is left of it`,
          );
          continue;
        }
        addresses[option]!.push(value.text);
      }
      const own = new Set(addresses[option]!.map(familyOf));
      if (own.size > 0) families = families.filter((family) => own.has(family));
    }
    const ports: Record<string, string[]> = {};
    for (const option of ['src_port', port]) {
      const values = words(section, option).map(portValue);
      if (values.includes(null)) return skip(`${option} is no port`);
      ports[option] = values as string[];
    }
    const macs = words(section, 'src_mac');
    if (!macs.every((mac) => /^!?[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(mac)))
      return skip('src_mac is no MAC address');
    const limit = one(section, 'limit');
    if (limit !== undefined && !/^\d+\/(second|minute|hour|day)$/.test(limit)) return skip('limit is none');
    const burst = one(section, 'limit_burst');
    const types = words(section, 'icmp_type');
    const pairs = protos.flatMap((protocol) =>
      (protocol === 'icmpv6' ? families.filter((family) => family === 'ipv6') : families)
        .filter(
          (family) =>
            !protocol.startsWith('icmp') ||
            types.length === 0 ||
            types.some((type) => isIcmpOf(family, type)),
        )
        .map((family) => ({ family, protocol })),
    );
    return {
      pairs,
      sources: addresses.src_ip,
      restrictions: (family: Family, protocol: string) => {
        // Ports and types count beside their own protocols; beside any other they are left out without a word.
        const transport = protocol === 'tcp' || protocol === 'udp';
        return {
          ...anything,
          sources: inFamily(addresses.src_ip, family),
          destinations: inFamily(addresses[destination]!, family),
          macs: macs.map((mac) => mac.toLowerCase()),
          sourcePorts: transport ? ports.src_port! : [],
          ports: transport ? ports[port]! : [],
          icmpTypes: protocol.startsWith('icmp') ? types.filter((type) => isIcmpOf(family, type)) : [],
          limit: limit === undefined ? '' : `${limit}${burst === undefined ? '' : ` burst ${burst}`}`,
        };
      },
    };
  }

  /** Devices of the zone that an option names, `['']` for `*`; null if it names none. */
  #devices(section: ReadSection, option: string): readonly string[] | null {
    const name = one(section, option);
    if (name === undefined) return null;
    if (name === '*') return [''];
    return this.#zones.find((zone) => zone.name === name)?.devices ?? null;
  }

  #open(opening: Opening): void {
    this.#openings.push(opening);
  }
}

function one({ options }: ReadSection, name: string): string | undefined {
  return options.get(name)?.at(-1);
}

/** A list; an option with several words is one too. */
function words({ options }: ReadSection, name: string): string[] {
  return (options.get(name) ?? []).flatMap((text) => text.split(/\s+/)).filter((word) => word !== '');
}

function familiesOf(section: ReadSection): readonly Family[] {
  const family = one(section, 'family') ?? 'any';
  if (/^(ipv?4|inet4?|4)$/i.test(family)) return ['ipv4'];
  return /^(ipv?6|inet6|6)$/i.test(family) ? ['ipv6'] : bothFamilies;
}

function familyOf(text: string): Family {
  return text.includes(':') ? 'ipv6' : 'ipv4';
}

function inFamily(texts: readonly string[], family: Family): string[] {
  return texts.filter((text) => text.startsWith('@') || familyOf(text) === family);
}

/** Entries as the kernel has them: in a set that is matched as `ip` a network is its first address. */
function setEntries(name: string, sets: readonly ReadSection[]): string {
  const set = sets.find((candidate) => one(candidate, 'name') === name);
  if (set === undefined) return '(unknown)';
  const asNetworks = words(set, 'match').some((match) => match.endsWith('net'));
  return words(set, 'entry')
    .map((entry) => (asNetworks ? entry : entry.replace(/\/\d+$/, '')))
    .join('+');
}

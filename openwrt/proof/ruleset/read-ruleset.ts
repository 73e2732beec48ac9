import {
  NotUnderstood,
  readArray,
  readInteger,
  readKeys,
  readObject,
  readOneOf,
  readString,
  readTagged,
} from './not-understood.ts';
import { type Limit, readElement, type SetContents } from './read-match.ts';
import { readElementLimit, readLimit, readStatement, type TableContents } from './read-statement.ts';
import type { Chain, Family, Hook, Rule, Ruleset, Statement } from './ruleset.ts';
import type { Selector } from './selectors.ts';

export interface RulesetReading {
  readonly ruleset: Ruleset;
  /** What the reader has no meaning for, each with its place. Anything but an empty list means: nothing is proven. */
  readonly notUnderstood: readonly string[];
}

const families = ['ip', 'ip6', 'inet', 'arp'] as const;
const hooks = ['prerouting', 'input', 'forward', 'output', 'postrouting'] as const;

interface Named {
  readonly family: Family;
  readonly table: string;
  readonly name: string;
}

interface Listing {
  readonly sets: Map<string, { readonly elements: readonly unknown[] }>;
  readonly maps: Map<string, { readonly holds: string; readonly entries: readonly unknown[] }>;
  readonly limits: Map<string, { readonly over: boolean; readonly what: string }>;
  readonly counters: Set<string>;
  readonly lookedInto: Set<string>;
  /** Sets that rules fill while packets pass: nft 1.0.6 does not show their flag. */
  readonly filled: Set<string>;
  readonly chains: Map<string, Chain & { rules: Rule[] }>;
  readonly rules: {
    readonly of: Named;
    readonly chain: string;
    readonly handle: string;
    readonly expressions: unknown;
  }[];
}

/**
 * Reads the JSON that `nft -j list ruleset` prints (libnftables-json(5)): a text or its parsed value. Every expression and statement is either given
 * its meaning or listed in `notUnderstood`; nothing is passed over. Tables of the families netdev and bridge are not understood.
 *
 * What nft does not show cannot be read: it leaves out the tests of protocol that an expression implies (`tcp dport` without `meta l4proto tcp` is
 * shown as a raw payload, which is refused), but `icmp type` is shown alike whether or not the kernel's rule tests for IPv4 before it. The
 * evaluators take that as "perhaps".
 */
export function readRuleset(json: unknown, memory: ReadingMemory = new ReadingMemory()): RulesetReading {
  const notUnderstood: string[] = [];
  const attempt = (place: string, read: () => void): void => {
    try {
      read();
    } catch (error) {
      if (!(error instanceof NotUnderstood)) throw error;
      notUnderstood.push(`${place}: ${error.message}`);
    }
  };
  const listing: Listing = {
    sets: new Map(),
    maps: new Map(),
    limits: new Map(),
    counters: new Set(),
    lookedInto: new Set(),
    filled: new Set(),
    chains: new Map(),
    rules: [],
  };
  attempt('the listing', () => {
    const parsed: unknown = typeof json === 'string' ? parse(json) : json;
    for (const object of readArray(readKeys(parsed, 'the listing', ['nftables']).nftables, 'the listing')) {
      attempt(objectPlace(object), () => readListed(object, listing));
    }
  });
  const counts = new Map<Chain, number>();
  for (const { of, chain: name, handle, expressions } of listing.rules) {
    const chain = listing.chains.get(key(of, name));
    const label = `chain ${of.family} ${of.table} ${name}`;
    if (chain === undefined) {
      notUnderstood.push(`a rule of ${label}, which is not listed`);
      continue;
    }
    const index = (counts.get(chain) ?? 0) + 1;
    counts.set(chain, index);
    const place = `rule ${index} of ${label} (handle ${handle})`;
    attempt(place, () => {
      const statements = readArray(expressions, 'a rule').flatMap((statement) =>
        memory.read(statement, of, listing),
      );
      for (const target of jumpTargets(statements)) {
        const to = listing.chains.get(key(of, target));
        if (to === undefined || to.base !== null)
          throw new NotUnderstood('there is no chain to jump to of this name', target);
      }
      chain.rules.push({ place, statements });
    });
  }
  const chains = [...listing.chains.values()];
  for (const name of listing.filled) {
    if (listing.lookedInto.has(name))
      notUnderstood.push(`set ${name}: filled by rules and looked into by others`);
  }
  attempt('the chains', () => refuseCircles(chains));
  attempt('the chains', () => refuseRivals(chains));
  return { ruleset: { chains }, notUnderstood };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new NotUnderstood(
      `not JSON (${error instanceof Error ? error.message : String(error)})`,
      text.slice(0, 40),
    );
  }
}

const key = (of: { family: string; table: string }, name: string): string =>
  `${of.family} ${of.table} ${name}`;

function objectPlace(object: unknown): string {
  const [kind, body] = Object.entries(object ?? {})[0] ?? ['something', {}];
  const { family = '', table = '', name = '' } = (body ?? {}) as Record<string, unknown>;
  return `${kind} ${[family, table, name].filter((part) => part !== '').join(' ')}`.trim();
}

function readNamed(body: Readonly<Record<string, unknown>>): Named {
  return {
    family: readOneOf(body.family, families, 'the family of a table'),
    table: readString(body.table, 'the name of a table'),
    name: readString(body.name, 'a name'),
  };
}

const named = ['family', 'table', 'name'];

function readListed(object: unknown, listing: Listing): void {
  const [kind, body] = readTagged(object, 'an object of the listing');
  switch (kind) {
    case 'metainfo':
      readObject(body, 'metainfo');
      return;
    case 'table':
      readOneOf(
        readKeys(body, 'a table', ['family', 'name'], ['handle', 'comment']).family,
        families,
        'the family of a table',
      );
      return;
    case 'chain':
      readChain(body, listing);
      return;
    case 'rule': {
      const rule = readKeys(
        body,
        'a rule',
        ['family', 'table', 'chain', 'expr'],
        ['handle', 'comment', 'index'],
      );
      const chain = readString(rule.chain, 'the chain of a rule');
      listing.rules.push({
        of: readNamed({ ...rule, name: chain }),
        chain,
        handle: String(rule.handle ?? '?'),
        expressions: rule.expr,
      });
      return;
    }
    case 'set': {
      const set = readKeys(
        body,
        'a set',
        [...named, 'type'],
        ['handle', 'flags', 'size', 'elem', 'stmt', 'comment', 'auto-merge', 'policy'],
      );
      for (const flag of readArray(set.flags ?? [], 'the flags of a set')) {
        readOneOf(flag, ['constant', 'interval', 'dynamic'], 'a flag of a set');
      }
      for (const statement of readArray(set.stmt ?? [], 'the statements of a set'))
        readElementLimit(statement);
      const of = readNamed(set);
      listing.sets.set(key(of, of.name), {
        elements: readArray(set.elem ?? noElements, 'the elements of a set'),
      });
      return;
    }
    case 'map': {
      const map = readKeys(
        body,
        'a map',
        [...named, 'type', 'map'],
        ['handle', 'flags', 'size', 'elem', 'stmt', 'comment', 'policy'],
      );
      if (map.flags !== undefined)
        for (const flag of readArray(map.flags, 'the flags of a map'))
          readOneOf(flag, ['constant', 'interval'], 'a flag of a map');
      for (const statement of readArray(map.stmt ?? [], 'the statements of a map')) {
        if (readElementLimit(statement) !== null)
          throw new NotUnderstood('a map whose entries have limits is not understood', statement);
      }
      const of = readNamed(map);
      const holds = Array.isArray(map.map) ? map.map.join(' . ') : readString(map.map, 'what a map holds');
      listing.maps.set(key(of, of.name), {
        holds,
        entries: readArray(map.elem ?? noElements, 'the entries of a map'),
      });
      return;
    }
    case 'counter': {
      const of = readNamed(readKeys(body, 'a counter', named, ['handle', 'packets', 'bytes', 'comment']));
      listing.counters.add(key(of, of.name));
      return;
    }
    case 'limit': {
      const {
        family,
        table,
        name,
        handle: _handle,
        comment: _comment,
        ...limit
      } = readObject(body, 'a limit');
      const of = readNamed({ family, table, name });
      listing.limits.set(key(of, of.name), readLimit(limit));
      return;
    }
    default:
      throw new NotUnderstood(`a ${kind} is not understood`, object);
  }
}

/** The limit that every element of a set has. Elements of one set that differ in it are not understood. */
function commonLimit(elements: readonly unknown[]): Limit | null {
  const limits = elements.map((element) => {
    const {
      val: _value,
      comment: _comment,
      ...statements
    } = (element as { elem?: Record<string, unknown> }).elem ?? {};
    const found = Object.entries(statements).flatMap(
      ([kind, body]) => readElementLimit({ [kind]: body }) ?? [],
    );
    if (found.length > 1) throw new NotUnderstood('an element with two limits is not understood', element);
    return found[0] ?? null;
  });
  const [first = null] = limits;
  const strange = limits.find((limit) => limit?.over !== first?.over || limit?.what !== first?.what);
  if (strange !== undefined)
    throw new NotUnderstood('elements of one set with different limits are not understood', strange);
  return first;
}

function readChain(json: unknown, listing: Listing): void {
  const chain = readKeys(json, 'a chain', named, ['handle', 'type', 'hook', 'prio', 'policy', 'comment']);
  const of = readNamed(chain);
  if (listing.chains.has(key(of, of.name))) throw new NotUnderstood('a chain is listed twice', json);
  const isBase = ['type', 'hook', 'prio', 'policy'].some((part) => chain[part] !== undefined);
  const base = isBase
    ? {
        type: readOneOf(chain.type, ['filter', 'nat'], 'the type of a chain'),
        hook: readOneOf<Hook>(chain.hook, hooks, 'the hook of a chain'),
        priority: readInteger(chain.prio, 'the priority of a chain'),
        policy: readOneOf(chain.policy, ['accept', 'drop'], 'the policy of a chain'),
      }
    : null;
  if (base !== null) refusePlace(of.family, base, json);
  listing.chains.set(key(of, of.name), { ...of, base, rules: [] });
}

/** Places where the order of things is not defined, or is not modelled. */
function refusePlace(family: Family, base: NonNullable<Chain['base']>, json: unknown): void {
  if (family === 'arp') {
    if (base.type !== 'filter' || (base.hook !== 'input' && base.hook !== 'output'))
      throw new NotUnderstood('this chain of the family arp is not understood', json);
    return;
  }
  // nf_ip_hooks_priority: defragmentation at -400, conntrack at -200, translation at -100 and 100. At the very same priority the order is not defined.
  const taken = { prerouting: [-400, -200], output: [-400, -200], postrouting: [], input: [], forward: [] }[
    base.hook
  ] as number[];
  if (taken.includes(base.priority))
    throw new NotUnderstood(
      'a chain at the very priority of defragmentation or conntrack is not understood',
      json,
    );
  if (base.type === 'filter') {
    if (base.hook === 'prerouting' && base.priority === -100)
      throw new NotUnderstood('a chain at the very priority of translation is not understood', json);
    if (base.hook === 'postrouting' && base.priority === 100)
      throw new NotUnderstood('a chain at the very priority of translation is not understood', json);
    return;
  }
  const usual = { prerouting: -100, postrouting: 100 } as Partial<Record<Hook, number>>;
  if (usual[base.hook] !== base.priority)
    throw new NotUnderstood(
      'a chain of type nat elsewhere than at prerouting -100 and postrouting 100 is not understood',
      json,
    );
}

/** One list for all sets without elements, so that they are known again. */
const noElements: readonly unknown[] = [];

/** What a statement took from its table. */
interface Use {
  readonly what: 'set' | 'map' | 'limit' | 'counter' | 'filled set';
  readonly name: string;
  readonly found: unknown;
}

/**
 * Statements that were read before. Listings that share objects (a listing and its mutations) share what was read of them, if what the statement
 * takes from its table is the same too.
 */
export class ReadingMemory {
  readonly #known = new WeakMap<
    object,
    { readonly uses: readonly Use[]; readonly statements: Statement[] }
  >();

  read(json: unknown, of: Named, listing: Listing): Statement[] {
    const known = typeof json === 'object' && json !== null ? this.#known.get(json) : undefined;
    if (known?.uses.every((use) => look(use, of, listing) === use.found)) {
      for (const use of known.uses) note(use, of, listing);
      return known.statements;
    }
    const uses: Use[] = [];
    const statements = readStatement(json, tableContents(of, listing, uses));
    for (const use of uses) note(use, of, listing);
    if (typeof json === 'object' && json !== null) this.#known.set(json, { uses, statements });
    return statements;
  }
}

/** The thing itself, as it was listed; undefined if there is none. */
function look({ what, name }: Omit<Use, 'found'>, of: Named, listing: Listing): unknown {
  const full = key(of, name);
  switch (what) {
    case 'set':
    case 'filled set':
      return listing.sets.get(full)?.elements;
    case 'map':
      return listing.maps.get(full)?.entries;
    case 'limit':
      return listing.limits.get(full)?.what;
    case 'counter':
      return listing.counters.has(full) ? full : undefined;
  }
}

function note({ what, name }: Use, of: Named, listing: Listing): void {
  if (what === 'set') listing.lookedInto.add(key(of, name));
  if (what === 'filled set') listing.filled.add(key(of, name));
}

function tableContents(of: Named, listing: Listing, uses: Use[]): TableContents {
  const find = (what: Use['what'], name: string): void => {
    const found = look({ what, name }, of, listing);
    if (found === undefined) throw new NotUnderstood(`there is no ${what} of this name`, name);
    uses.push({ what, name, found });
  };
  return {
    elements: (name: string, selectors: readonly Selector[]): SetContents => {
      find('set', name);
      const { elements } = listing.sets.get(key(of, name))!;
      return {
        elements: elements.map((element) => readElement(element, selectors, true)),
        limit: commonLimit(elements),
      };
    },
    verdicts: (name) => {
      find('map', name);
      const map = listing.maps.get(key(of, name))!;
      if (map.holds !== 'verdict') throw new NotUnderstood('this map holds no verdicts', name);
      return map.entries;
    },
    addresses: (name) => {
      find('map', name);
      return listing.maps.get(key(of, name))!.entries;
    },
    counters: (name) => find('map', name),
    dynamicSet: (name) => find('filled set', name),
    limit: (name) => {
      find('limit', name);
      return listing.limits.get(key(of, name))!;
    },
    counter: (name) => find('counter', name),
  };
}

function jumpTargets(statements: readonly Statement[]): string[] {
  return statements.flatMap((statement) => {
    const verdicts =
      statement.kind === 'verdict'
        ? [statement.verdict]
        : statement.kind === 'verdict map'
          ? statement.entries.map((entry) => entry.verdict)
          : [];
    return verdicts.flatMap((verdict) => ('chain' in verdict ? [verdict.chain] : []));
  });
}

/** The first of them that translates a connection decides, and the kernel asks the one first that was made last: the listing's order is another. */
function refuseRivals(chains: readonly Chain[]): void {
  const translating = chains.filter(({ base }) => base?.type === 'nat');
  for (const [index, { base, name }] of translating.entries()) {
    if (translating.slice(0, index).some((other) => other.base!.hook === base!.hook))
      throw new NotUnderstood(`a second chain of type nat at ${base!.hook} is not understood`, name);
  }
}

function refuseCircles(chains: readonly Chain[]): void {
  const done = new Set<Chain>();
  const open = new Set<Chain>();
  const visit = (chain: Chain): void => {
    if (done.has(chain)) return;
    if (open.has(chain))
      throw new NotUnderstood('a chain that jumps to itself is not understood', chain.name);
    open.add(chain);
    for (const rule of chain.rules) {
      for (const target of jumpTargets(rule.statements)) {
        const next = chains.find(
          (other) => other.family === chain.family && other.table === chain.table && other.name === target,
        );
        if (next !== undefined) visit(next);
      }
    }
    open.delete(chain);
    done.add(chain);
  };
  for (const chain of chains) visit(chain);
}

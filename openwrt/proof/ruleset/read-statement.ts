import { parseIPv4, parseIPv6 } from '../addresses.ts';
import { ipv4Base } from '../packet-fields.ts';
import {
  NotUnderstood,
  readArray,
  readInteger,
  readKeys,
  readOneOf,
  readString,
  readTagged,
} from './not-understood.ts';
import { readKey, readSelector } from './read-key.ts';
import { type Limit, readElement, readMatch, type SetContents } from './read-match.ts';
import type { Element, NatTarget, Statement, Verdict, VerdictEntry } from './ruleset.ts';
import type { Selector } from './selectors.ts';

/** The named things of the rule's table. Each throws NotUnderstood for a name or a use that it has no meaning for. */
export interface TableContents {
  elements(set: string, key: readonly Selector[]): SetContents;
  verdicts(map: string): readonly unknown[];
  addresses(map: string): readonly unknown[];
  counters(map: string): void;
  dynamicSet(set: string): void;
  limit(name: string): Limit;
  counter(name: string): void;
}

const effectless: Statement = { kind: 'effectless' };

/** One statement of a rule; a look into a set whose elements have limits is two. */
export function readStatement(json: unknown, table: TableContents): Statement[] {
  const [kind, body] = readTagged(json, 'a statement');
  switch (kind) {
    case 'match':
      return readMatch(body, table.elements);
    case 'vmap':
      return [readVerdictMap(body, table)];
    case 'accept':
    case 'drop':
    case 'continue':
    case 'return':
    case 'jump':
    case 'goto':
    case 'reject':
      return [{ kind: 'verdict', verdict: readVerdict(json) }];
    case 'counter':
      return [readCounter(body, table)];
    case 'log':
      readKeys(body ?? {}, 'a log', [], ['prefix', 'level', 'group', 'snaplen', 'queue-threshold', 'flags']);
      return [effectless];
    case 'limit':
      return [{ kind: 'limit', ...(typeof body === 'string' ? table.limit(body) : readLimit(body)) }];
    case 'ct count':
      return [{ kind: 'limit', ...readConnectionLimit(body) }];
    case 'set':
      return [readSetStatement(body, table)];
    case 'dnat':
      return [readDestinationNat(body, table)];
    case 'masquerade':
      if (body !== null) readKeys(body, 'a masquerade', [], ['flags']);
      return [{ kind: 'masquerade' }];
    default:
      throw new NotUnderstood(`the statement "${kind}" is not understood`, json);
  }
}

export function readVerdict(json: unknown): Verdict {
  const [kind, body] = readTagged(json, 'a verdict');
  switch (kind) {
    case 'accept':
    case 'drop':
    case 'continue':
    case 'return':
      if (body !== null) throw new NotUnderstood('this verdict is not understood', json);
      return { kind };
    case 'reject':
      return { kind };
    case 'jump':
    case 'goto':
      return { kind, chain: readString(readKeys(body, 'a jump', ['target']).target, 'the target of a jump') };
    default:
      throw new NotUnderstood(`the verdict "${kind}" is not understood`, json);
  }
}

function readVerdictMap(json: unknown, table: TableContents): Statement {
  const { key: keyJson, data } = readKeys(json, 'a verdict map', ['key', 'data']);
  const key = readKey(keyJson);
  if (key.includes('ct status'))
    throw new NotUnderstood('the whole of ct status is not understood, only its flags', json);
  const entries: VerdictEntry[] = readEntries(data, table.verdicts).map(([element, verdict]) => ({
    element: readElement(element, key),
    verdict: readVerdict(verdict),
  }));
  return { kind: 'verdict map', key, entries };
}

/** Entries of an anonymous map or of a named one. */
function readEntries(
  json: unknown,
  named: (name: string) => readonly unknown[],
): (readonly [unknown, unknown])[] {
  const entries =
    typeof json === 'string' && json.startsWith('@')
      ? named(json.slice(1))
      : readArray(readKeys(json, 'a map', ['set']).set, 'a map');
  return entries.map((entry) => {
    const pair = readArray(entry, 'an entry of a map');
    if (pair.length !== 2)
      throw new NotUnderstood('an entry of a map that is not a pair is not understood', entry);
    return [pair[0], pair[1]] as const;
  });
}

function readCounter(json: unknown, table: TableContents): Statement {
  if (json === null) return effectless;
  if (typeof json === 'string') {
    table.counter(json);
    return effectless;
  }
  if (typeof json === 'object' && 'map' in json) {
    const { key, data } = readKeys(readKeys(json, 'a counter', ['map']).map, 'a map of counters', [
      'key',
      'data',
    ]);
    readKey(key);
    const name = readString(data, 'a map of counters');
    if (!name.startsWith('@')) throw new NotUnderstood('this map of counters is not understood', json);
    table.counters(name.slice(1));
    throw new NotUnderstood(
      'a map of counters ends its rule for packets that it does not hold; it is not understood',
      json,
    );
  }
  readKeys(json, 'a counter', ['packets', 'bytes']);
  return effectless;
}

export function readLimit(json: unknown): Limit {
  const { rate, per, burst, inv, rate_unit, burst_unit } = readKeys(
    json,
    'a limit',
    ['rate', 'per'],
    ['burst', 'inv', 'rate_unit', 'burst_unit'],
  );
  const over = inv === true;
  if (inv !== undefined && typeof inv !== 'boolean')
    throw new NotUnderstood('this limit is not understood', json);
  const unit = rate_unit === undefined ? 'packets' : readString(rate_unit, 'the unit of a limit');
  const burstUnit = burst_unit === undefined ? 'packets' : readString(burst_unit, 'the unit of a burst');
  const extra = burst === undefined ? '' : ` burst ${readInteger(burst, 'a burst')} ${burstUnit}`;
  return {
    over,
    what: `${readInteger(rate, 'a rate')} ${unit}/${readString(per, 'the time of a limit')}${extra}`,
  };
}

function readConnectionLimit(json: unknown): Limit {
  const { val, inv } = readKeys(json, 'a ct count', ['val'], ['inv']);
  if (inv !== undefined && typeof inv !== 'boolean')
    throw new NotUnderstood('this ct count is not understood', json);
  return { over: inv === true, what: `ct count ${readInteger(val, 'a count')}` };
}

/** The limit that a set gives each of its elements; null for a statement that lets all pass. */
export function readElementLimit(json: unknown): Limit | null {
  const [kind, body] = readTagged(json, 'a statement of a set');
  if (kind === 'limit') return readLimit(body);
  if (kind === 'ct count') return readConnectionLimit(body);
  if (kind === 'counter') return null;
  throw new NotUnderstood('a set with this statement is not understood', json);
}

/** A set that rules fill, with a limit for each of its elements: for a packet it is that limit. */
function readSetStatement(json: unknown, table: TableContents): Statement {
  const { op, elem, set, stmt } = readKeys(json, 'a set statement', ['op', 'elem', 'set', 'stmt']);
  readOneOf(op, ['add', 'update'], 'the operation of a set statement');
  const name = readString(set, 'the set of a set statement');
  if (!name.startsWith('@')) throw new NotUnderstood('this set statement is not understood', json);
  table.dynamicSet(name.slice(1));
  const [kind] = readTagged(elem, 'the element of a set statement');
  if (kind === 'concat') readKey(elem);
  else readSelector(elem);
  const statements = readArray(stmt, 'the statements of a set statement');
  if (statements.length !== 1)
    throw new NotUnderstood('a set statement with other than one limit is not understood', json);
  const limit = readElementLimit(statements[0]);
  if (limit === null)
    throw new NotUnderstood('a set statement with other than a limit is not understood', json);
  return { kind: 'limit', over: limit.over, what: `${limit.what} in ${name}` };
}

function readDestinationNat(json: unknown, table: TableContents): Statement {
  const { family, addr, port } = readKeys(json, 'a dnat', ['family', 'addr'], ['port']);
  const readFamily = readOneOf(family, ['ip', 'ip6'], 'the family of a dnat');
  if (typeof addr === 'object' && addr !== null && 'map' in addr) {
    if (port !== undefined) throw new NotUnderstood('a dnat with a map and a port is not understood', json);
    const { key: keyJson, data } = readKeys(readKeys(addr, 'a map', ['map']).map, 'a map', ['key', 'data']);
    const key = readKey(keyJson);
    const targets = readEntries(data, table.addresses).map(([element, target]) => {
      const parts = readArray(
        readKeys(target, 'the target of a dnat', ['concat']).concat,
        'the target of a dnat',
      );
      if (parts.length !== 2)
        throw new NotUnderstood('a target of other than an address and a port is not understood', target);
      return readTarget(readElement(element, key), readFamily, parts[0], parts[1]);
    });
    return { kind: 'destination nat', key, targets };
  }
  return { kind: 'destination nat', key: [], targets: [readTarget([], readFamily, addr, port)] };
}

function readTarget(element: Element, family: 'ip' | 'ip6', address: unknown, port: unknown): NatTarget {
  const text = readString(address, 'the address of a dnat');
  const number = family === 'ip' ? parseIPv4(text) : parseIPv6(text);
  if (number === null) throw new NotUnderstood('this is not an address of its family', address);
  const target = readInteger(port ?? null, 'the port of a dnat');
  if (target < 1 || target > 65535) throw new NotUnderstood('this is not a port', port);
  return { element, family, address: family === 'ip' ? ipv4Base + number : number, port: BigInt(target) };
}

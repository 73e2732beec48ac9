import { type FieldName, fieldNamed } from './fields.ts';
import type {
  Chain,
  Element,
  Interval,
  NamedSet,
  OfEachElement,
  RulePart,
  Ruleset,
  Scalar,
  Table,
  Verdict,
} from './model.ts';
import { scalarText } from './scalar-text.ts';

/** The ruleset in the schema of libnftables-json(5): what `nft -j -f` loads, and, without handles and counts, what `nft -j list ruleset` shows. */
export function printNftJson(ruleset: Ruleset): string {
  const objects = ruleset.tables.flatMap(tableObjects).map((object) => JSON.stringify(object));
  return `{"nftables": [\n${objects.join(',\n')}\n]}\n`;
}

/** Chains before the sets whose elements jump to them, rules last. */
function tableObjects(table: Table): unknown[] {
  const { family, name } = table;
  return [
    { table: { family, name } },
    ...table.chains.map((chain) => ({ chain: chainJson(table, chain) })),
    ...table.counters.map((counter) => ({ counter: { family, name: counter, table: name } })),
    ...table.sets.map((set) => ({ [set.verdicts ? 'map' : 'set']: setJson(table, set) })),
    ...table.chains.flatMap((chain) =>
      chain.rules.map((rule) => ({
        rule: { family, table: name, chain: chain.name, expr: rule.map(partJson) },
      })),
    ),
  ];
}

function chainJson({ family, name }: Table, chain: Chain): unknown {
  const place = { family, table: name, name: chain.name };
  if (chain.hook === null) return place;
  const { type, hook, priority, policy } = chain.hook;
  return { ...place, type, hook, prio: priority, policy };
}

function setJson({ family, name }: Table, set: NamedSet): unknown {
  const types = set.key.map((field) => fieldNamed(field).type.name);
  return {
    family,
    name: set.name,
    table: name,
    type: types.length === 1 ? types[0] : types,
    ...(set.verdicts && { map: 'verdict' }),
    ...(set.intervals && { flags: ['interval'] }),
    ...(set.elements.length > 0 && { elem: set.elements.map((element) => elementJson(set.key, element)) }),
    ...(set.each !== null && { stmt: [ofEachJson(set.each)] }),
  };
}

function ofEachJson(each: OfEachElement): unknown {
  switch (each.kind) {
    case 'counter':
      return { counter: null };
    case 'connections-over':
      return { 'ct count': { val: each.count, inv: true } };
    case 'rate-over':
      return { limit: { rate: each.perSecond, burst: each.burst, per: 'second', inv: true } };
  }
}

function elementJson(fields: readonly FieldName[], { key, verdict, comment }: Element): unknown {
  const parts = key.map((part, index) => keyPartJson(fields[index]!, part));
  const value = parts.length === 1 ? parts[0] : { concat: parts };
  const element = comment === undefined ? value : { elem: { val: value, comment } };
  return verdict === undefined ? element : [element, verdictJson(verdict)];
}

function keyPartJson(name: FieldName, part: Scalar | Interval): unknown {
  if (typeof part === 'object') return { range: [part.first, part.last] };
  const [address, length] = String(part).split('/');
  if (length === undefined) return typeof part === 'number' ? part : scalarText(name, part);
  return { prefix: { addr: address, len: Number(length) } };
}

const fieldJson = (name: FieldName): unknown => fieldNamed(name).json;

function keyJson(key: readonly FieldName[]): unknown {
  return key.length === 1 ? fieldJson(key[0]!) : { concat: key.map(fieldJson) };
}

function partJson(part: RulePart): unknown {
  switch (part.kind) {
    case 'compare':
      return {
        match: {
          op: part.operator,
          left: fieldJson(part.field),
          right: typeof part.value === 'number' ? part.value : scalarText(part.field, part.value),
        },
      };
    case 'masked':
      return {
        match: { op: part.operator, left: { '&': [fieldJson(part.field), part.mask] }, right: part.value },
      };
    case 'any-of':
      return {
        match: {
          op: 'in',
          left: fieldJson(part.field),
          right: part.flags.length === 1 ? part.flags[0] : part.flags,
        },
      };
    case 'lookup':
      return { match: { op: part.operator, left: keyJson(part.key), right: `@${part.set}` } };
    case 'limit':
      return {
        limit: {
          rate: part.perSecond,
          burst: part.burst,
          per: 'second',
          ...(part.over && { inv: true }),
        },
      };
    case 'counter':
      return { counter: part.name };
    case 'log':
      return { log: { prefix: part.prefix, level: 'info' } };
    case 'verdict':
      return verdictJson(part.verdict);
    case 'verdict-map':
      return { vmap: { key: keyJson(part.key), data: `@${part.map}` } };
    case 'masquerade':
      return { masquerade: null };
    case 'dnat':
      return { dnat: { family: 'ip', addr: part.address, port: part.port } };
  }
}

const verdictJson = (verdict: Verdict): unknown => ({
  [verdict.kind]: 'chain' in verdict ? { target: verdict.chain } : null,
});

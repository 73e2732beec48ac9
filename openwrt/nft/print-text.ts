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

/** The ruleset as a file that `nft -f` loads into an empty kernel. */
export function printNft(ruleset: Ruleset): string {
  return ruleset.tables.map(printTable).join('\n');
}

function printTable(table: Table): string {
  const blocks = [
    ...table.counters.map((name) => `\tcounter ${name} {\n\t}\n`),
    ...table.sets.map(printSet),
    ...table.chains.map(printChain),
  ];
  return `table ${table.family} ${table.name} {\n${blocks.join('\n')}}\n`;
}

function printSet(set: NamedSet): string {
  const key = set.key.map((name) => fieldNamed(name).type.name).join(' . ');
  const lines = [
    `type ${key}${set.verdicts ? ' : verdict' : ''}`,
    ...(set.intervals ? ['flags interval'] : []),
    ...(set.each === null ? [] : [printOfEach(set.each)]),
    ...(set.elements.length === 0
      ? []
      : [
          `elements = { ${set.elements.map((element) => printElement(set.key, element)).join(',\n\t\t\t     ')} }`,
        ]),
  ];
  return `\t${set.verdicts ? 'map' : 'set'} ${set.name} {\n${lines.map((line) => `\t\t${line}\n`).join('')}\t}\n`;
}

function printOfEach(each: OfEachElement): string {
  switch (each.kind) {
    case 'counter':
      return 'counter';
    case 'connections-over':
      return `ct count over ${each.count}`;
    case 'rate-over':
      return `limit rate over ${each.perSecond}/second burst ${each.burst} packets`;
  }
}

function printElement(fields: readonly FieldName[], { key, verdict, comment }: Element): string {
  const text = key.map((part, index) => printKeyPart(fields[index]!, part)).join(' . ');
  const commented = comment === undefined ? text : `${text} comment "${comment}"`;
  return verdict === undefined ? commented : `${commented} : ${printVerdict(verdict)}`;
}

function printKeyPart(name: FieldName, part: Scalar | Interval): string {
  if (typeof part === 'object') return `${part.first}-${part.last}`;
  const text = scalarText(name, part);
  return fieldNamed(name).type.name === 'ifname' ? `"${text}"` : text;
}

function printChain(chain: Chain): string {
  const { hook } = chain;
  const lines = [
    ...(hook === null
      ? []
      : [`type ${hook.type} hook ${hook.hook} priority ${hook.priority}; policy ${hook.policy};`]),
    ...chain.rules.map((rule) => rule.map(printPart).join(' ')),
  ];
  return `\tchain ${chain.name} {\n${lines.map((line) => `\t\t${line}\n`).join('')}\t}\n`;
}

const textOfField = (name: string): string => name.replace(/^meta (iifname|oifname)$/, '$1');
const keyText = (key: readonly string[]): string => key.map(textOfField).join(' . ');

function printPart(part: RulePart): string {
  switch (part.kind) {
    case 'compare': {
      return `${textOfField(part.field)} ${part.operator === '==' ? '' : '!= '}${printKeyPart(part.field, part.value)}`;
    }
    case 'masked': {
      const mask = typeof part.mask === 'object' ? `(${part.mask.join(' | ')})` : part.mask;
      return `${part.field} & ${mask} ${part.operator} ${part.value}`;
    }
    case 'any-of':
      return `${part.field} ${part.flags.join(',')}`;
    case 'lookup':
      return `${keyText(part.key)} ${part.operator === '==' ? '' : '!= '}@${part.set}`;
    case 'limit':
      return `limit rate ${part.over ? 'over ' : ''}${part.perSecond}/second burst ${part.burst} packets`;
    case 'counter':
      return `counter name "${part.name}"`;
    case 'log':
      return `log prefix "${part.prefix}" level info`;
    case 'verdict':
      return printVerdict(part.verdict);
    case 'verdict-map':
      return `${keyText(part.key)} vmap @${part.map}`;
    case 'masquerade':
      return 'masquerade';
    case 'dnat':
      return `dnat ip to ${part.address}:${part.port}`;
  }
}

const printVerdict = (verdict: Verdict): string =>
  'chain' in verdict ? `${verdict.kind} ${verdict.chain}` : verdict.kind;

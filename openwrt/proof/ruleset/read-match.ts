import { type Interval, masked, outside, point } from '../interval.ts';
import { NotUnderstood, readArray, readKeys, readOneOf, readTagged } from './not-understood.ts';
import { readKey, readSelector } from './read-key.ts';
import { readInterval, readScalar } from './read-value.ts';
import type { Element, Statement } from './ruleset.ts';
import { type Selector, valueType } from './selectors.ts';
import { statusNames } from './symbolic-names.ts';

/** A limit that a packet must exceed (`over`) or keep. */
export interface Limit {
  readonly over: boolean;
  readonly what: string;
}

/** Elements of a set, and the limit that each has of its own: only packets that meet it are found. */
export interface SetContents {
  readonly elements: readonly Element[];
  readonly limit: Limit | null;
}

export type ElementsOf = (name: string, key: readonly Selector[]) => SetContents;

type Match = Statement & { kind: 'match' };

/** A `match` statement; `elementsOf` gives the elements of a named set. */
export function readMatch(json: unknown, elementsOf: ElementsOf): Statement[] {
  const { op, left, right } = readKeys(json, 'a match', ['op', 'left', 'right']);
  const [kind, body] = readTagged(left, 'the left side of a match');
  if (kind === '&') return [readMasked(body, op, right, json)];
  const key = readKey(left);
  const operator = readOneOf(op, ['==', '!=', '<', '>', '<=', '>=', 'in', '!'], 'the operator of a match');
  if (operator === 'in' || operator === '!') return [anyFlag(key, right, operator === '!', json)];
  if (key.includes('ct status'))
    throw new NotUnderstood('the whole of ct status is not understood, only its flags', json);
  const negated = operator === '!=';
  if (operator === '==' || negated) return readLookup(right, key, negated, elementsOf);
  if (key.length !== 1) throw new NotUnderstood('an order of several values is not understood', json);
  const elements = ordered(key[0]!, operator, right, json).map((interval) => [interval]);
  return [{ kind: 'match', key, negated: false, elements }];
}

/** The right side of a match: a named set, an anonymous one, or one value. */
function readLookup(
  json: unknown,
  key: readonly Selector[],
  negated: boolean,
  elementsOf: ElementsOf,
): Statement[] {
  if (typeof json === 'string' && json.startsWith('@')) {
    const { elements, limit } = elementsOf(json.slice(1), key);
    if (limit === null) return [{ kind: 'match', key, negated, elements }];
    // The kernel looks the element up first, and asks its limit of what it found.
    if (negated) throw new NotUnderstood('the absence of elements with a limit is not understood', json);
    return [
      { kind: 'match', key, negated, elements },
      { kind: 'limit', ...limit },
    ];
  }
  const elements =
    typeof json === 'object' && json !== null && 'set' in json
      ? readArray(readKeys(json, 'a set', ['set']).set, 'a set').map((element) => readElement(element, key))
      : [readElement(json, key)];
  return [{ kind: 'match', key, negated, elements }];
}

/** One element of a set, or the key of one entry of a map. Its counter and comment do nothing; a limit is read apart. */
export function readElement(json: unknown, key: readonly Selector[], mayHaveLimit = false): Element {
  if (typeof json === 'object' && json !== null && 'elem' in json) {
    const { val } = readKeys(
      readKeys(json, 'an element', ['elem']).elem,
      'an element',
      ['val'],
      mayHaveLimit ? ['counter', 'comment', 'limit', 'ct count'] : ['counter', 'comment'],
    );
    return readElement(val, key);
  }
  if (key.length === 1) return [readInterval(json, key[0]!)];
  const parts = readArray(readKeys(json, 'an element', ['concat']).concat, 'an element');
  if (parts.length !== key.length)
    throw new NotUnderstood(
      `an element of ${parts.length} parts for a key of ${key.length} is not understood`,
      json,
    );
  return parts.map((part, index) => readInterval(part, key[index]!));
}

/** `key & mask == value`. */
function readMasked(json: unknown, op: unknown, right: unknown, whole: unknown): Match {
  const operands = readArray(json, 'a masked expression');
  if (operands.length !== 2)
    throw new NotUnderstood('a masked expression of other than two parts is not understood', whole);
  const operator = readOneOf(op, ['==', '!='], 'the operator of a masked match');
  const selector = readSelector(operands[0]);
  const type = valueType(selector);
  const mask = readScalar(operands[1], type);
  const wanted = readScalar(right, type);
  if (selector === 'ct status') {
    const elements = statusFlags(mask, whole);
    if (mask !== wanted || operator !== '==' || elements.length !== 1)
      throw new NotUnderstood('this comparison of ct status is not understood', whole);
    return { kind: 'match', key: [selector], negated: false, elements };
  }
  if (type.kind !== 'number' && type.kind !== 'mac')
    throw new NotUnderstood('a mask is understood of numbers and MAC addresses only', whole);
  const intervals = masked(type.kind === 'mac' ? 48 : type.bits, mask, wanted);
  if (intervals === null) throw new NotUnderstood('a mask with so many holes is not understood', whole);
  return {
    kind: 'match',
    key: [selector],
    negated: operator === '!=',
    elements: intervals.map((interval) => [interval]),
  };
}

/** Any of the flags is set; or with `none` no flag is. */
function anyFlag(key: readonly Selector[], right: unknown, none: boolean, json: unknown): Match {
  const selector = key[0]!;
  const type = valueType(selector);
  if (key.length !== 1 || type.kind !== 'number' || !type.flags)
    throw new NotUnderstood('flags of something that has none are not understood', json);
  const flags = readScalar(right, type);
  if (selector === 'ct status') {
    if (none) throw new NotUnderstood('absent flags of ct status are not understood', json);
    // Each status is a bit of its own: one element a flag.
    return { kind: 'match', key, negated: false, elements: statusFlags(flags, json) };
  }
  const unset = masked(type.bits, flags, 0n)!;
  const intervals = none ? unset : outside({ first: 0n, last: (1n << BigInt(type.bits)) - 1n }, unset);
  return { kind: 'match', key, negated: false, elements: intervals.map((interval) => [interval]) };
}

/** The flags of ct status that a packet of the proof has (`statusNames`). */
const knownStatus = [...statusNames.values()];

function statusFlags(flags: bigint, json: unknown): Element[] {
  const known = knownStatus.filter((flag) => (flags & flag) !== 0n);
  if (known.reduce((sum, flag) => sum | flag, 0n) !== flags)
    throw new NotUnderstood('this flag of ct status is not understood', json);
  return known.map((flag) => [point(flag)]);
}

function ordered(
  selector: Selector,
  operator: '<' | '>' | '<=' | '>=',
  right: unknown,
  json: unknown,
): Interval[] {
  const type = valueType(selector);
  if (type.kind !== 'number') throw new NotUnderstood('an order is understood of numbers only', json);
  const value = readScalar(right, type);
  const last = (1n << BigInt(type.bits)) - 1n;
  const [from, to] = {
    '<': [0n, value - 1n],
    '<=': [0n, value],
    '>': [value + 1n, last],
    '>=': [value, last],
  }[operator] as [bigint, bigint];
  return from > to ? [] : [{ first: from, last: to }];
}

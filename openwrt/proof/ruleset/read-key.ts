import {
  NotUnderstood,
  readArray,
  readInteger,
  readKeys,
  readOneOf,
  readString,
  readTagged,
} from './not-understood.ts';
import { isSelector, type Selector } from './selectors.ts';

/** The left side of a match or the key of a map: one selector, or several that are looked up together. */
export function readKey(json: unknown): Selector[] {
  const [kind, body] = readTagged(json, 'an expression');
  return kind === 'concat' ? readArray(body, 'a concatenation').map(readSelector) : [readSelector(json)];
}

export function readSelector(json: unknown): Selector {
  const [kind, body] = readTagged(json, 'an expression');
  const name = nameOf(kind, body, json);
  if (!isSelector(name)) throw new NotUnderstood(`the expression "${name}" is not understood`, json);
  return name;
}

function nameOf(kind: string, body: unknown, json: unknown): string {
  switch (kind) {
    case 'meta':
      return `meta ${readString(readKeys(body, 'a meta expression', ['key']).key, 'a meta key')}`;
    case 'payload':
      return payloadName(body);
    case 'exthdr': {
      // Only whether there is one: a field of it would be a third outcome, absent.
      const { name } = readKeys(body, 'an extension header', ['name']);
      return `${readString(name, 'an extension header')} exists`;
    }
    case 'ct': {
      const { key, dir } = readKeys(body, 'a ct expression', ['key'], ['dir']);
      return dir === undefined
        ? `ct ${readString(key, 'a ct key')}`
        : `ct ${readOneOf(dir, ['original', 'reply'], 'a direction')} ${readString(key, 'a ct key')}`;
    }
    case 'fib': {
      const { result, flags } = readKeys(body, 'a fib expression', ['result', 'flags']);
      const listed = Array.isArray(flags) ? flags : [flags];
      return `fib ${listed.map((flag) => readString(flag, 'a fib flag')).join(' . ')} ${readString(result, 'a fib result')}`;
    }
    default:
      throw new NotUnderstood(`the expression "${kind}" is not understood`, json);
  }
}

/** Header fields that nft 1.0.6 has no name for, by base, offset and length in bits. */
const rawFields: Readonly<Record<string, string>> = {
  // RFC 4861, 4.3 and 4.4: the target address follows 8 bytes of ICMPv6 header. Of other ICMPv6 types these are bytes of the body.
  'th 64 128': 'icmpv6 taddr',
};

function payloadName(json: unknown): string {
  if (typeof json === 'object' && json !== null && 'base' in json) {
    const { base, offset, len } = readKeys(json, 'a raw payload', ['base', 'offset', 'len']);
    const raw = `${readString(base, 'a base')} ${readInteger(offset, 'an offset')} ${readInteger(len, 'a length')}`;
    return rawFields[raw] ?? `@${raw}`;
  }
  const { protocol, field } = readKeys(json, 'a payload', ['protocol', 'field']);
  return `${readString(protocol, 'a protocol')} ${readString(field, 'a field')}`;
}

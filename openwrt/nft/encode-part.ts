import { valueBytes } from './data-types.ts';
import { type Field, type FieldName, fieldNamed } from './fields.ts';
import * as kernel from './kernel-constants.ts';
import type { RulePart, Scalar, Verdict } from './model.ts';
import {
  aligned,
  attribute,
  type Bytes,
  nested,
  number32,
  number64,
  padded,
  string,
} from './netlink-attribute.ts';

/** What a rule may name, and the number that the batch gave it. */
export type SetNumbers = ReadonlyMap<string, number>;

/** One part of a rule as expressions of the kernel's virtual machine, in the order of their evaluation. */
export function encodePart(part: RulePart, sets: SetNumbers): Bytes[] {
  switch (part.kind) {
    case 'compare': {
      const field = fieldNamed(part.field);
      const bytes = valueBytes(field.type, part.value);
      return [...loadField(field, 0), compare(part.operator, bytes)];
    }
    case 'masked': {
      const field = fieldNamed(part.field);
      const mask =
        typeof part.mask === 'object'
          ? part.mask.map((name) => valueBytes(field.type, name)).reduce(or)
          : valueBytes(field.type, part.mask);
      return [load(field, 0), bitwise(mask), compare(part.operator, valueBytes(field.type, part.value))];
    }
    case 'any-of': {
      const field = fieldNamed(part.field);
      const mask = part.flags.map((name) => valueBytes(field.type, name)).reduce(or);
      return [load(field, 0), keepBits(mask), compare('!=', new Uint8Array(mask.length))];
    }
    case 'lookup': {
      const inverted =
        part.operator === '!=' ? [number32(kernel.lookupAttribute.flags, kernel.lookupInverted)] : [];
      return [...loadKey(part.key), lookup(part.set, sets, null, inverted)];
    }
    case 'verdict-map':
      return [...loadKey(part.key), lookup(part.map, sets, 0)];
    case 'dnat':
      return [
        immediateValue(0, 'ip daddr', part.address),
        immediateValue(4, 'tcp dport', part.port),
        translateDestination(),
      ];
    case 'limit':
      return [expression('limit', ...limitAttributes(part.over, part.perSecond, part.burst))];
    case 'counter':
      return [
        expression(
          'objref',
          number32(kernel.objectReference.type, kernel.counterObject),
          // Without a NUL, unlike every other name: so libnftnl sends it.
          attribute(kernel.objectReference.name, Buffer.from(part.name, 'utf8')),
        ),
      ];
    case 'log':
      return [
        expression(
          'log',
          string(kernel.logAttribute.prefix, part.prefix),
          number32(kernel.logAttribute.level, kernel.logLevelInfo),
        ),
      ];
    case 'masquerade':
      return [expression('masq')];
    case 'verdict':
      return [
        expression(
          'immediate',
          number32(kernel.immediateAttribute.destination, kernel.register.verdict),
          nested(kernel.immediateAttribute.data, encodeVerdict(part.verdict)),
        ),
      ];
  }
}

/** NFTA_EXPR_NAME and NFTA_EXPR_DATA, without what wraps them in a list. */
export const expressionBody = (name: string, ...data: readonly Bytes[]): Bytes[] => [
  string(kernel.expressionAttribute.name, name),
  nested(kernel.expressionAttribute.data, ...data),
];

const expression = (name: string, ...data: readonly Bytes[]): Bytes =>
  nested(kernel.listElement, ...expressionBody(name, ...data));

/** NFTA_LIMIT_* for packets a second. */
export const limitAttributes = (over: boolean, perSecond: number, burst: number): Bytes[] => [
  number64(kernel.limitAttribute.rate, perSecond),
  number64(kernel.limitAttribute.unit, 1),
  number32(kernel.limitAttribute.burst, burst),
  number32(kernel.limitAttribute.type, kernel.limitOfPackets),
  number32(kernel.limitAttribute.flags, over ? kernel.limitInverted : 0),
];

/** NFTA_DATA_VERDICT */
export function encodeVerdict(verdict: Verdict): Bytes {
  return nested(
    kernel.dataAttribute.verdict,
    number32(kernel.verdictAttribute.code, kernel.verdictCode[verdict.kind]),
    ...('chain' in verdict ? [string(kernel.verdictAttribute.chain, verdict.chain)] : []),
  );
}

/** NFTA_DATA_VALUE */
export const encodeValue = (bytes: Bytes): Bytes => attribute(kernel.dataAttribute.value, bytes);

/** A whole field in the register at `slot` (32 bits each). */
function loadField(field: Field, slot: number): Bytes[] {
  if (field.bits === undefined) return [load(field, slot)];
  return [load(field, slot), bitwise(Uint8Array.of(2 ** field.bits - 1))];
}

/** The fields of a key one behind the other, each from a register of 32 bits on. */
function loadKey(key: readonly FieldName[]): Bytes[] {
  let slot = 0;
  return key.map((name) => {
    const field = fieldNamed(name);
    const bytes = load(field, slot);
    slot += aligned(field.type.size) / 4;
    return bytes;
  });
}

/** Registers have two names where 32 bits begin 128; nft uses the older. */
const registerAt = (slot: number): number =>
  slot % 4 === 0 ? kernel.register.first128 + slot / 4 : kernel.register.first32 + slot;

function load({ load: from, type }: Field, slot: number): Bytes {
  const destination = registerAt(slot);
  switch (from.kind) {
    case 'meta':
      return expression(
        'meta',
        number32(kernel.metaAttribute.key, from.key),
        number32(kernel.metaAttribute.destination, destination),
      );
    case 'payload':
      return expression(
        'payload',
        number32(kernel.payloadAttribute.destination, destination),
        number32(kernel.payloadAttribute.base, kernel.payloadBase[from.header]),
        number32(kernel.payloadAttribute.offset, from.offset),
        number32(kernel.payloadAttribute.length, type.size),
      );
    case 'ct':
      return expression(
        'ct',
        number32(kernel.ctAttribute.key, from.key),
        number32(kernel.ctAttribute.destination, destination),
        ...(from.direction === undefined
          ? []
          : [
              attribute(kernel.ctAttribute.direction, Uint8Array.of(kernel.trackedDirection[from.direction])),
            ]),
      );
    case 'fib':
      return expression(
        'fib',
        number32(kernel.fibAttribute.flags, kernel.fibDestinationOnDevice),
        number32(kernel.fibAttribute.result, kernel.fibAddressType),
        number32(kernel.fibAttribute.destination, destination),
      );
  }
}

const compare = (operator: '==' | '!=', value: Bytes): Bytes =>
  expression(
    'cmp',
    number32(kernel.compareAttribute.source, kernel.register.first128),
    number32(kernel.compareAttribute.operator, kernel.comparison[operator]),
    nested(kernel.compareAttribute.data, encodeValue(value)),
  );

/** Keeps the mask's bits of the first register. For a test of flags nft leaves out the operation, which is then the same one. */
const bitwise = (mask: Bytes): Bytes =>
  keepBits(mask, number32(kernel.bitwiseAttribute.operation, kernel.bitwiseBoolean));

const keepBits = (mask: Bytes, ...operation: readonly Bytes[]): Bytes =>
  expression(
    'bitwise',
    number32(kernel.bitwiseAttribute.source, kernel.register.first128),
    number32(kernel.bitwiseAttribute.destination, kernel.register.first128),
    ...operation,
    number32(kernel.bitwiseAttribute.length, mask.length),
    nested(kernel.bitwiseAttribute.mask, encodeValue(mask)),
    nested(kernel.bitwiseAttribute.xor, encodeValue(new Uint8Array(mask.length))),
  );

function lookup(
  name: string,
  sets: SetNumbers,
  destination: number | null,
  more: readonly Bytes[] = [],
): Bytes {
  const id = sets.get(name);
  if (id === undefined) throw new Error(`a rule names the set ${name}, which the table has not`);
  return expression(
    'lookup',
    number32(kernel.lookupAttribute.source, kernel.register.first128),
    ...(destination === null ? [] : [number32(kernel.lookupAttribute.destination, destination)]),
    string(kernel.lookupAttribute.set, name),
    number32(kernel.lookupAttribute.setId, id),
    ...more,
  );
}

const immediateValue = (slot: number, type: FieldName, value: Scalar): Bytes =>
  expression(
    'immediate',
    number32(kernel.immediateAttribute.destination, registerAt(slot)),
    nested(kernel.immediateAttribute.data, encodeValue(valueBytes(fieldNamed(type).type, value))),
  );

/** To the address in the first register and the port in the second. */
const translateDestination = (): Bytes =>
  expression(
    'nat',
    number32(kernel.natAttribute.type, kernel.natDestination),
    number32(kernel.natAttribute.family, kernel.protocolFamily.ipv4),
    number32(kernel.natAttribute.addressMinimum, registerAt(0)),
    number32(kernel.natAttribute.portMinimum, registerAt(4)),
    number32(kernel.natAttribute.flags, kernel.natPortSpecified),
  );

const or = (left: Bytes, right: Bytes): Bytes => left.map((byte, index) => byte | right[index]!);

/** A value of a key's field, filled up to whole registers. */
export const encodeKeyPart = (name: FieldName, value: Scalar): Bytes =>
  padded(valueBytes(fieldNamed(name).type, value));

import ipaddr from 'ipaddr.js';
import type { DataType } from './data-types.ts';
import { encodeKeyPart, encodeValue, encodeVerdict, expressionBody, limitAttributes } from './encode-part.ts';
import { type FieldName, fieldNamed } from './fields.ts';
import * as kernel from './kernel-constants.ts';
import type { Element, Interval, NamedSet, OfEachElement, Scalar } from './model.ts';
import { aligned, attribute, type Bytes, nested, number32, string } from './netlink-attribute.ts';
import { setUserData } from './set-user-data.ts';

/** Body of NFT_MSG_NEWSET. */
export function encodeSet(table: string, set: NamedSet, id: number): Bytes[] {
  const types = set.key.map((name) => fieldNamed(name).type);
  const concatenated = types.length > 1;
  const flags =
    (set.intervals ? kernel.setFlag.interval | (concatenated ? kernel.setFlag.concatenation : 0) : 0) |
    (set.verdicts ? kernel.setFlag.map : 0);
  return [
    string(kernel.setAttribute.table, table),
    string(kernel.setAttribute.name, set.name),
    number32(kernel.setAttribute.flags, flags),
    number32(kernel.setAttribute.keyType, packedTypes(types)),
    number32(kernel.setAttribute.keyLength, keyLength(types)),
    ...(set.verdicts
      ? [
          number32(kernel.setAttribute.dataType, kernel.verdictDataType),
          number32(kernel.setAttribute.dataLength, 0),
        ]
      : []),
    number32(kernel.setAttribute.id, id),
    ...(set.intervals && concatenated
      ? [
          nested(
            kernel.setAttribute.description,
            nested(
              kernel.setDescription.fields,
              ...types.map(({ size }) =>
                nested(kernel.listElement, number32(kernel.setDescription.fieldLength, size)),
              ),
            ),
          ),
        ]
      : []),
    attribute(kernel.setAttribute.userData, setUserData(set)),
    ...(set.each === null ? [] : [nested(kernel.setAttribute.expression, ...expressionOfEach(set.each))]),
  ];
}

/** The kernel keeps the packed types for nft, which has no room in them for more than five. */
function packedTypes(types: readonly DataType[]): number {
  if (types.length > 5) throw new Error('nft has no name for a key of more than five fields');
  return types.reduce((packed, { number }) => packed * 64 + number, 0);
}

function keyLength(types: readonly DataType[]): number {
  if (types.length === 1) return types[0]!.size;
  const length = types.reduce((sum, { size }) => sum + aligned(size), 0);
  // NFT_DATA_VALUE_MAXLEN
  if (length > 64) throw new Error(`a key of ${length} bytes: the kernel takes 64`);
  return length;
}

function expressionOfEach(each: OfEachElement): Bytes[] {
  switch (each.kind) {
    case 'counter':
      return expressionBody('counter');
    case 'connections-over':
      return expressionBody(
        'connlimit',
        number32(kernel.connectionLimit.count, each.count),
        number32(kernel.connectionLimit.flags, kernel.connectionLimitInverted),
      );
    case 'rate-over':
      return expressionBody('limit', ...limitAttributes(true, each.perSecond, each.burst));
  }
}

/**
 * Bodies of NFT_MSG_NEWSETELEM: as many messages as it takes, since the length of a list has 16 bits. nft numbers the
 * elements of a set through all of them, and skips one number at each; the kernel does not look.
 */
export function encodeElements(table: string, set: NamedSet, id: number): Bytes[][] {
  const lists: Bytes[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const [index, element] of set.elements.entries()) {
    const list = lists.at(-1) ?? [];
    const body = encodeElement(set, element);
    const size = 4 + body.reduce((sum, part) => sum + part.length, 0);
    if (4 + length + size > 0xffff) {
      lists.push([nested(index + lists.length + 1, ...body)]);
      length = size;
    } else {
      list.push(nested(index + lists.length, ...body));
      length += size;
    }
  }
  return lists.map((list) => [
    string(kernel.elementsAttribute.table, table),
    string(kernel.elementsAttribute.set, set.name),
    number32(kernel.elementsAttribute.setId, id),
    nested(kernel.elementsAttribute.elements, ...list),
  ]);
}

function encodeElement(set: NamedSet, { key, verdict, comment }: Element): Bytes[] {
  if (key.length !== set.key.length) throw new Error(`an element of ${set.name} has ${key.length} parts`);
  const ends = key.map((part, index) => endsOf(set.key[index]!, part));
  const whole = (end: 0 | 1): Bytes => {
    const bytes = Buffer.concat(ends.map((pair) => pair[end]));
    return set.key.length === 1 ? bytes.subarray(0, fieldNamed(set.key[0]!).type.size) : bytes;
  };
  return [
    nested(kernel.elementAttribute.key, encodeValue(whole(0))),
    ...(set.intervals ? [nested(kernel.elementAttribute.keyEnd, encodeValue(whole(1)))] : []),
    ...(verdict === undefined ? [] : [nested(kernel.elementAttribute.data, encodeVerdict(verdict))]),
    ...(comment === undefined ? [] : [attribute(kernel.elementAttribute.userData, elementComment(comment))]),
  ];
}

/** First and last value of a part of a key. */
function endsOf(name: FieldName, part: Scalar | Interval): readonly [Bytes, Bytes] {
  if (typeof part === 'object') return [encodeKeyPart(name, part.first), encodeKeyPart(name, part.last)];
  if (typeof part === 'string' && part.includes('/')) {
    const [address, length] = ipaddr.parseCIDR(part);
    const first = Uint8Array.from(address.toByteArray());
    return [first, first.map((byte, index) => byte | hostBits(length - 8 * index))];
  }
  const value = encodeKeyPart(name, part);
  return [value, value];
}

/** The bits of a byte that lie behind a prefix of which `bits` are left. */
const hostBits = (bits: number): number => 0xff >> Math.min(8, Math.max(0, bits));

/** NFTNL_UDATA_SET_ELEM_COMMENT of libnftnl's udata.h: type, length, text with its NUL. */
function elementComment(comment: string): Bytes {
  const text = Buffer.from(`${comment}\0`, 'utf8');
  if (text.length > 129) throw new Error(`a comment of ${text.length - 1} bytes: nft takes 128`);
  return Buffer.concat([Uint8Array.of(0, text.length), text]);
}

import { fieldNamed } from './fields.ts';
import type { NamedSet } from './model.ts';
import type { Bytes } from './netlink-attribute.ts';

/**
 * What nft keeps with a set for itself, so that it can show it again; the kernel does not look at it. A list of type, length, value
 * (libnftnl's udata.h, nft's mnl.c); numbers are little-endian on every machine that is supported.
 */
export function setUserData(set: NamedSet): Bytes {
  const concatenated = set.key.length > 1;
  return Buffer.concat([
    number(userData.keyByteOrder, concatenated ? 0 : byteOrder[fieldNamed(set.key[0]!).type.order]),
    ...(set.verdicts ? [number(userData.dataByteOrder, 0)] : []),
    ...(concatenated ? [concatenation(userData.keyTypeOf)] : []),
    ...(set.verdicts ? [number(userData.dataInterval, 0)] : []),
  ]);
}

/** enum nftnl_udata_set_types: NFTNL_UDATA_SET_* */
const userData = { keyByteOrder: 0, dataByteOrder: 1, keyTypeOf: 3, dataInterval: 6 } as const;
/** enum byteorder of nft */
const byteOrder = { none: 0, host: 1, network: 2 } as const;
/** enum expr_types of nft: EXPR_CONCAT */
const concatenationExpression = 13;

/** A concatenation of nothing: nft fills in what the set's type says. */
const concatenation = (type: number): Bytes => value(type, number(0, concatenationExpression), value(1));

const value = (type: number, ...parts: readonly Bytes[]): Bytes => {
  const bytes = Buffer.concat(parts);
  return Buffer.concat([Uint8Array.of(type, bytes.length), bytes]);
};

function number(type: number, content: number): Bytes {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(content);
  return value(type, bytes);
}

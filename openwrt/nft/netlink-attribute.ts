/** Attributes of netlink messages (linux/netlink.h): length and type in host order, then the payload, filled up to four bytes. */

/** NLA_F_NESTED: linux/netlink.h */
const nestedFlag = 0x8000;

export type Bytes = Uint8Array;

/** @throws RangeError for a payload beyond 65531 bytes, which the attribute's length cannot hold */
export function attribute(type: number, payload: Bytes): Bytes {
  const length = 4 + payload.length;
  if (length > 0xffff) throw new RangeError(`netlink attribute ${type} has ${payload.length} bytes`);
  const bytes = Buffer.alloc(aligned(length));
  bytes.writeUInt16LE(length, 0);
  bytes.writeUInt16LE(type, 2);
  bytes.set(payload, 4);
  return bytes;
}

export const nested = (type: number, ...children: readonly Bytes[]): Bytes =>
  attribute(type | nestedFlag, Buffer.concat(children));

/** A number of four bytes in network order, as all of nf_tables' numbers are. */
export const number32 = (type: number, value: number): Bytes => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value | 0);
  return attribute(type, bytes);
};

export const number64 = (type: number, value: number): Bytes => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return attribute(type, bytes);
};

/** With the NUL at its end. */
export const string = (type: number, value: string): Bytes =>
  attribute(type, Buffer.from(`${value}\0`, 'utf8'));

/** Netlink's alignment, NLMSG_ALIGNTO and NLA_ALIGNTO. */
export const aligned = (length: number): number => (length + 3) & ~3;

/** Fills a value up to whole registers of 32 bits. */
export function padded(value: Bytes): Bytes {
  const bytes = new Uint8Array(aligned(value.length));
  bytes.set(value);
  return bytes;
}

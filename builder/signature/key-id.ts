/** Bytes of minisign's number of a key. */
export const keyIdLength = 8;

/** A key's eight bytes as minisign prints them: read as a little-endian number, 16 upper-case hex digits (minisign leaves out leading zeros). */
export function keyIdText(bytes: Uint8Array): string {
  return Buffer.from(bytes).reverse().toString('hex').toUpperCase();
}

/** The eight bytes of what `keyIdText` printed. */
export function keyIdBytes(text: string): Buffer {
  return Buffer.from(text, 'hex').reverse();
}

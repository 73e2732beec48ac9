/**
 * A UUID as GPT stores it: the first three fields little-endian, the rest as written (UEFI specification, appendix A).
 */
export function guidBytes(uuid: string): Buffer {
  const bytes = Buffer.from(uuid.replaceAll('-', ''), 'hex');
  if (bytes.length !== 16) throw new TypeError(`not a UUID: ${uuid}`);
  return swapped(bytes);
}

/** The inverse: lower case with dashes. */
export function guidText(bytes: Uint8Array): string {
  const hex = swapped(Buffer.from(bytes)).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function swapped(bytes: Buffer): Buffer {
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}

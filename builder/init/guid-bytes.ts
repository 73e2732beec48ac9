/**
 * A GUID's 16 bytes as a GPT stores them: the first three fields little-endian, the rest as written (UEFI 2.10, appendix A).
 * @param guid `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`, hex of either case
 * @throws RangeError for anything else
 */
export function guidBytes(guid: string): readonly number[] {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(guid)) throw new RangeError(`not a GUID: ${guid}`);
  const [first, second, third, ...rest] = guid.split('-').map((field) => [...Buffer.from(field, 'hex')]);
  return [...first!.reverse(), ...second!.reverse(), ...third!.reverse(), ...rest.flat()];
}

/** The same as an initialiser of C. */
export function cGuid(guid: string): string {
  return cByteList(guidBytes(guid));
}

/** An initialiser of C for bytes. */
export function cByteList(bytes: readonly number[]): string {
  return `{ ${bytes.map((byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(', ')} }`;
}

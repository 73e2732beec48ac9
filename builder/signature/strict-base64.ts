/**
 * The bytes of a base64 text that nothing else would be written as, of just this length.
 * @returns null for any other: Node takes anything for base64 and leaves out what is none
 */
export function strictBase64(text: string, length: number): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === length && bytes.toString('base64') === text ? bytes : null;
}

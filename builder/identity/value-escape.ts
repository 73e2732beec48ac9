/** Bytes of a setting or secret at most, as an environment can well hold them; UNIT_VALUE_MAX in overlays/init/unit.h. */
export const longestValue = 4096;

const plain = (byte: number): boolean => byte >= 0x20 && byte <= 0x7e && byte !== 0x25;

/**
 * A value as a line of a record holds it: `%`, control characters and bytes over 0x7e as `%XX`.
 * @throws RangeError for a NUL, which no environment can hold, a lone surrogate, or more than `longestValue` bytes of UTF-8
 */
export function escapeValue(value: string): string {
  const bytes = Buffer.from(value, 'utf8');
  if (bytes.length > longestValue) throw new RangeError(`has more than ${longestValue} bytes`);
  if (bytes.includes(0)) throw new RangeError('holds a NUL, which no environment can hold');
  if (bytes.toString('utf8') !== value) throw new RangeError('is no well-formed Unicode');
  let text = '';
  for (const byte of bytes) {
    text += plain(byte) ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}

/**
 * The value that `escapeValue` wrote, and no other spelling of it.
 * @throws RangeError that says what is wrong, without the value
 */
export function unescapeValue(text: string): string {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== 0x25) {
      if (!plain(code)) throw new RangeError('holds a character that must be %XX');
      bytes.push(code);
      continue;
    }
    const digits = text.slice(at + 1, at + 3);
    if (!/^[0-9A-F]{2}$/.test(digits)) throw new RangeError('has a % without two upper-case hex digits');
    const byte = Number.parseInt(digits, 16);
    if (byte === 0) throw new RangeError('holds a NUL, which no environment can hold');
    if (plain(byte)) throw new RangeError('writes as %XX what stands for itself');
    bytes.push(byte);
    at += 2;
  }
  if (bytes.length > longestValue) throw new RangeError(`has more than ${longestValue} bytes`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch (cause) {
    throw new RangeError('is no UTF-8', { cause });
  }
}

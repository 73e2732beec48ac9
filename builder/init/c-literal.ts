/**
 * A C string literal for exactly these bytes. Everything but plain letters is an octal escape of three digits, which no
 * character after it can lengthen and no quote, backslash or trigraph can leave.
 * @param text written as UTF-8
 * @throws RangeError for a NUL, which would end the string early
 */
export function cString(text: string): string {
  let literal = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    if (byte === 0) throw new RangeError('a C string cannot hold a NUL');
    const character = String.fromCharCode(byte);
    literal += /[A-Za-z0-9 _.,:;/=+@%#{}()[\]<>*-]/.test(character)
      ? character
      : `\\${byte.toString(8).padStart(3, '0')}`;
  }
  return `"${literal}"`;
}

/** A C array of strings that ends with NULL, as execve wants it. */
export function cStringArray(name: string, texts: readonly string[]): string {
  const lines = [...texts.map(cString), 'NULL'].map((element) => `\t${element},\n`).join('');
  return `static const char *const ${name}[] = {\n${lines}};\n`;
}

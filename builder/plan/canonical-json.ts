/**
 * JSON with sorted keys: equal values give equal text on any machine. `undefined` members are left out.
 * @param indent white space for each level, with a line for each member and element; none: no white space at all
 * @throws TypeError for what has no form in JSON: a function, or `undefined` itself
 */
export function canonicalJson(value: unknown, indent = ''): string {
  return written(value, indent, '\n');
}

/** @param line what begins a line of the value that holds this one */
function written(value: unknown, indent: string, line: string): string {
  const inner = line + indent;
  if (Array.isArray(value)) {
    return enclosed(
      '[',
      ']',
      value.map((element) => written(element, indent, inner)),
      indent,
      line,
    );
  }
  if (value !== null && typeof value === 'object') {
    const colon = indent === '' ? ':' : ': ';
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => JSON.stringify(name) + colon + written(member, indent, inner));
    return enclosed('{', '}', members, indent, line);
  }
  const text = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`not a JSON value: ${String(value)}`);
  return text;
}

function enclosed(
  open: string,
  close: string,
  parts: readonly string[],
  indent: string,
  line: string,
): string {
  if (indent === '' || parts.length === 0) return open + parts.join(',') + close;
  const inner = line + indent;
  return open + inner + parts.join(`,${inner}`) + line + close;
}

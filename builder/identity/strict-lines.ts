/** A line `key: value` that a strict text may have. */
export interface LineRule {
  readonly key: string;
  readonly needed: boolean;
  /** Several lines of this key may follow each other. */
  readonly many: boolean;
  /** What is wrong with a value, as the end of a sentence that begins with the key; null for nothing. Never shows a secret. */
  wrong(value: string): string | null;
}

export interface StrictLines {
  /** Sound values by key, in the order of the text; of a key with `many` false one at most. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** `source:line: what is wrong`; without a line for what is not there. */
  readonly problems: readonly string[];
}

/** A line that is not understood may be a secret that was written wrongly: only what cannot be one is shown. */
const showableKey = /^[a-z][a-z-]{0,19}$/;

/**
 * Reads lines of printable ASCII that end with LF: a title, then `key: value` in the order of the rules. Finds every mistake, not the first one.
 * @param source names the text in the problems
 */
export function readStrictLines(
  bytes: Uint8Array,
  source: string,
  title: string,
  rules: readonly LineRule[],
): StrictLines {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const problems: string[] = [];
  const values = new Map<string, string[]>();
  const report = (line: number, what: string): void => void problems.push(`${source}:${line}: ${what}`);
  const lines = text.split('\n');
  if (lines.pop() !== '') report(lines.length + 1, 'the last line does not end with a line feed');
  if (lines[0] !== title) report(1, `the first line is not "${title}"`);
  const seen = new Set<string>();
  let latest = 0;
  for (const [index, line] of lines.entries()) {
    const number = index + 1;
    if (!/^[\x20-\x7e]*$/.test(line)) {
      report(number, 'there is a byte that is not printable ASCII; lines end with LF alone');
      continue;
    }
    if (index === 0) continue;
    const colon = line.indexOf(': ');
    const key = line.slice(0, Math.max(colon, 0));
    const place = rules.findIndex((candidate) => candidate.key === key);
    const rule = rules[place];
    if (rule === undefined) {
      report(number, showableKey.test(key) ? `there is no line "${key}"` : 'it is not "key: value"');
      continue;
    }
    if (seen.has(key) && !rule.many) report(number, `${key} is there twice`);
    else if (place < latest) report(number, `${key} belongs before ${rules[latest]!.key}`);
    latest = Math.max(latest, place);
    seen.add(key);
    const value = line.slice(colon + 2);
    const wrong = rule.wrong(value);
    if (wrong !== null) report(number, `${key} ${wrong}`);
    else values.set(key, rule.many ? [...(values.get(key) ?? []), value] : (values.get(key) ?? [value]));
  }
  for (const { key, needed } of rules) {
    if (needed && !seen.has(key)) problems.push(`${source}: ${key} is missing`);
  }
  return { values, problems };
}

/** Lines that `readStrictLines` reads; a value of null is left out. */
export function writeStrictLines(
  title: string,
  lines: readonly (readonly [key: string, value: string | null])[],
): string {
  const written = lines.flatMap(([key, value]) => (value === null ? [] : [`${key}: ${value}\n`]));
  return [`${title}\n`, ...written].join('');
}

/** A section as libuci reads it: options in the file's order; a repeated option counts with its last value, lists gather. */
export interface ReadSection {
  readonly type: string;
  readonly name: string | null;
  readonly options: ReadonlyMap<string, readonly string[]>;
}

/**
 * The sections of a file of /etc/config.
 * @returns none for a text with a mistake of syntax: the whole file counts as empty then, and nothing says so
 */
export function parseUci(text: string): ReadSection[] {
  const sections: { type: string; name: string | null; options: Map<string, string[]> }[] = [];
  for (const line of text.split('\n')) {
    const words = wordsOf(line);
    if (words === null) return [];
    const [keyword, first, second, ...rest] = words;
    if (keyword === undefined) continue;
    if (rest.length > 0 || first === undefined) return [];
    if (keyword === 'config') {
      sections.push({ type: first, name: second ?? null, options: new Map() });
      continue;
    }
    const section = sections.at(-1);
    if (section === undefined || second === undefined) return [];
    if (keyword === 'option') section.options.set(first, [second]);
    else if (keyword === 'list') section.options.set(first, [...(section.options.get(first) ?? []), second]);
    else return [];
  }
  return sections;
}

/** Words of a line, quotes taken off; null for a quote that does not end. */
function wordsOf(line: string): string[] | null {
  const words: string[] = [];
  let rest = line.trimStart();
  while (rest !== '' && !rest.startsWith('#')) {
    const match = /^(?:'([^']*)'|"([^"\\]*)"|([^\s'"#]+))(?=\s|$)/.exec(rest);
    if (match === null) return null;
    words.push(match[1] ?? match[2] ?? match[3]!);
    rest = rest.slice(match[0].length).trimStart();
  }
  return words;
}

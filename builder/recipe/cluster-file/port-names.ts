/** The interfaces that one element names: `eth1..eth4` are four. null for a range that counts down, or from one name to another. */
export function portNames(text: string): string[] | null {
  const [first, last] = text.split('..');
  if (last === undefined) return [text];
  const [from, to] = [numbered(first!), numbered(last)];
  if (from === null || to === null || from.stem !== to.stem || from.number >= to.number) return null;
  // The schema allows no longer lists either.
  if (to.number - from.number >= mostInRange) return null;
  return Array.from(
    { length: to.number - from.number + 1 },
    (_, index) => `${from.stem}${from.number + index}`,
  );
}

/** All of a list; a range with a mistake names none. */
export function allPortNames(texts: readonly string[]): string[] {
  return texts.flatMap((text) => portNames(text) ?? []);
}

const mostInRange = 256;

function numbered(name: string): { readonly stem: string; readonly number: number } | null {
  const match = /^(.*?)(0|[1-9]\d{0,4})$/.exec(name);
  return match === null ? null : { stem: match[1]!, number: Number(match[2]) };
}

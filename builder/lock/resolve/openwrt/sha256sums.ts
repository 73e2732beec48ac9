/** A line of a release's `sha256sums`: a hash, a space, `*` or a space, and a name of which every character counts. */
const line = /^([0-9a-f]{64}) [ *](\S.*)$/;

/** The hash of a name, or what is wrong. */
export type Lookup = { readonly sha256: string } | { readonly problem: string };

/**
 * Finds the one line of exactly this name. A name that only begins or ends so is another file, two lines are a contradiction (also with
 * equal hashes), and a list with a line that is none was not written by OpenWrt.
 */
export function findSha256(sums: string, name: string): Lookup {
  const lines = sums.replace(/\n$/, '').split('\n');
  const parsed = lines.map((text) => line.exec(text));
  const odd = parsed.indexOf(null);
  if (odd >= 0) return { problem: `line ${odd + 1} of sha256sums is malformed` };
  const found = parsed.filter((match) => match![2] === name);
  if (found.length === 1) return { sha256: found[0]![1]! };
  return {
    problem:
      found.length === 0
        ? `sha256sums does not name ${name}`
        : `sha256sums names ${name} in ${found.length} lines`,
  };
}

/** Whether a line of the list has exactly this name, however many have. */
export function isNamed(sums: string, name: string): boolean {
  return sums.split('\n').some((text) => line.exec(text)?.[2] === name);
}

import type { PolicyDiff } from './policy-diff.ts';

/** The same with who may log into the router: a key that is new lets somebody in who was not, however the packets pass. */
export function withSshKeys(
  diff: PolicyDiff,
  before: readonly string[],
  after: readonly string[],
): PolicyDiff {
  const lines = (keys: readonly string[], others: readonly string[]) => {
    const known = new Set(others.map(keyItself));
    return keys
      .filter((key) => !known.has(keyItself(key)))
      .map((key) => `whoever has the key ${key} may log into the router by SSH`);
  };
  return {
    ...diff,
    opens: [...diff.opens, ...lines(after, before)].sort(),
    closes: [...diff.closes, ...lines(before, after)].sort(),
  };
}

/** Without the remark behind it, which opens nothing. */
const keyItself = (line: string): string => line.split(/\s+/, 2).join(' ');

import { dirname } from 'node:path/posix';
import type { Audit } from './audit.ts';
import type { Finding } from './finding.ts';

/** The tree's list of files is the list of what was asked for, no more and no less. */
export function auditFileList({ tree, options: { expected } }: Audit): Finding[] {
  const asked = new Set(expected);
  const above = new Set(expected.flatMap(parents));
  const present = new Set(tree.map(({ path }) => path));
  const unasked = tree
    .filter(
      ({ path, type }) => path !== '/' && !asked.has(path) && !(type === 'directory' && above.has(path)),
    )
    .map(({ path, type, origin }): Finding => {
      return {
        path,
        rule: 'unasked-file',
        message: `nothing asked for this ${type}, which is from ${origin}`,
        remedy: 'take it out, or let the build ask for it by name',
      };
    });
  const missing = [...asked]
    .filter((path) => !present.has(path))
    .map((path): Finding => {
      return {
        path,
        rule: 'missing-file',
        message: 'it was asked for and is not there',
        remedy: 'look at the step that should have made it',
      };
    });
  return [...unasked, ...missing];
}

function parents(path: string): string[] {
  const above: string[] = [];
  for (let parent = dirname(path); parent !== '/'; parent = dirname(parent)) above.push(parent);
  return above;
}

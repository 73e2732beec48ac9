import type { Problem } from './problem.ts';
import type { Finding, SourceDocument } from './yaml/source-document.ts';

const origin = Symbol('origin');

/**
 * Lets a later check name a line of the file that a value came from. Not enumerable: neither a copy nor JSON has it, so that
 * no position can reach the key of a step or an output.
 */
export function rememberOrigin<T extends object>(resolved: T, document: SourceDocument): T {
  return Object.defineProperty(resolved, origin, { value: document });
}

/** A problem of the file that `resolved` came from. A value that was not read from a file is named instead. */
export function problemOf(resolved: { readonly name: string }, finding: Finding, rule: string): Problem {
  const document = (resolved as { [origin]?: SourceDocument })[origin];
  if (document !== undefined) return document.problem(finding, rule);
  return { file: resolved.name, line: 1, column: 1, message: finding.message, remedy: finding.remedy, rule };
}

import { relative } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';

/** One mistake in a file. */
export interface Problem {
  /** Relative to the current folder where the file lies below it, absolute elsewhere. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units as editors count. */
  readonly column: number;
  /** What is wrong. */
  readonly message: string;
  /** What to do. */
  readonly remedy: string;
  /** Name of the rule, `yaml-…` for a mistake of YAML, `schema#/…` (a place in the published schema) for one of shape. */
  readonly rule: string;
}

/** `file:line:column: what is wrong; what to do`. */
export function problemLine({ file, line, column, message, remedy }: Problem): string {
  return `${file}:${line}:${column}: ${message}; ${remedy}`;
}

/** By file, then by position. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return [...problems].sort(
    (a, b) =>
      compareText(a.file, b.file) || a.line - b.line || a.column - b.column || compareText(a.rule, b.rule),
  );
}

/** What a person reads for a file. */
export function displayPath(file: string): string {
  const path = relative(process.cwd(), file);
  return path === '' || path.startsWith('..') ? file : path;
}

/** RECIPE_INVALID with all problems of one or several files. */
export function problemsError(problems: readonly Problem[]): BoardsmithError {
  const files = [...new Set(problems.map(({ file }) => file))];
  const count = `${problems.length} mistake${problems.length === 1 ? '' : 's'}`;
  return new BoardsmithError('RECIPE_INVALID', `${count} in ${files.join(', ')}`, {
    hint: `boardsmith check ${files.join(' ')}`,
    problems: sortProblems(problems).map(problemLine),
  });
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

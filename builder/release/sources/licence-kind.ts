/**
 * Licences that let a binary be passed on without its sources (SPDX identifiers). Everything else counts as copyleft, and so does what declares
 * nothing: a licence that nobody looked at must not pass for a permissive one.
 */
const permissive: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BSL-1.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
  'Unlicense',
  'Zlib',
]);

/** Whether sources must come with what is under a licence. @param expression of SPDX; null for none declared */
export function needsSources(expression: string | null): boolean {
  if (expression === null) return true;
  // Of a choice one may take the permissive one; with AND, all hold.
  if (/[()]/.test(expression)) return !namesIn(expression).every((name) => permissive.has(name));
  return !expression.split(' OR ').some((part) => namesIn(part).every((name) => permissive.has(name)));
}

function namesIn(expression: string): string[] {
  return expression.split(/[\s()]+/).filter((word) => word !== '' && word !== 'AND' && word !== 'OR');
}

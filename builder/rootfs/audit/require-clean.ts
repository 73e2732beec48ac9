import { BoardsmithError } from '../../error/boardsmith-error.ts';
import type { Finding } from './finding.ts';

/**
 * Stops if an audit found anything.
 * @param what the thing audited, for the message: `the root of cxo`
 * @throws BoardsmithError AUDIT_FAILED with one problem a finding
 */
export function requireClean(findings: readonly Finding[], what: string): void {
  if (findings.length === 0) return;
  const problems = findings.map(
    ({ path, rule, message, remedy }) => `${path}: ${message} [${rule}]; ${remedy}`,
  );
  const count = findings.length === 1 ? 'one thing' : `${findings.length} things`;
  throw new BoardsmithError('AUDIT_FAILED', `${what} holds ${count} that it must not hold`, {
    hint: 'each line says what to do; nothing was written',
    problems,
  });
}

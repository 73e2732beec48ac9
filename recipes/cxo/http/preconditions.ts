import type { IncomingHttpHeaders } from 'node:http';
import type { Digest } from '../storage/digest.ts';
import { Problem } from './problem.ts';

/** The entity tag of an object: its digest, quoted. It never changes. */
export function entityTag(digest: Digest): string {
  return `"${digest}"`;
}

/**
 * Evaluates If-Match and If-None-Match (RFC 9110, 13.2.2) against an object that exists or not. Answers whether a read is to be answered
 * with 304 (never for other methods); throws Problem 412 if the request must not be done. Dates are not looked at: objects have none.
 */
export function checkPreconditions(
  headers: IncomingHttpHeaders,
  method: string,
  digest: Digest,
  exists: boolean,
): boolean {
  const matches = (header: string): boolean =>
    exists &&
    (header.trim() === '*' ||
      header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === entityTag(digest)));
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
  if (ifMatch !== undefined && !matches(ifMatch)) {
    throw new Problem(412, 'precondition-failed', 'If-Match names no object that is stored here');
  }
  if (ifNoneMatch === undefined || !matches(ifNoneMatch)) return false;
  if (method === 'GET' || method === 'HEAD') return true;
  throw new Problem(412, 'precondition-failed', 'If-None-Match names an object that is stored here already');
}

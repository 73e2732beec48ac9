import { BoardsmithError } from '../error/boardsmith-error.ts';
import {
  type HostArchitecture,
  type InputRequest,
  type Lock,
  type LockedInput,
  type PackagePlace,
  requestId,
} from './lock-format.ts';

/**
 * What the lock answers a request with, in the lock's order (sorted by id).
 * @throws BoardsmithError LOCK_INVALID if the lock does not answer it
 */
export function lookUp(
  lock: Lock,
  request: InputRequest,
  hostArchitecture: HostArchitecture,
): readonly LockedInput[] {
  const answers = request.host ? (lock.hostRequests[hostArchitecture] ?? {}) : lock.requests;
  const ids = ownValue(answers, requestId(request));
  if (ids === undefined) throw unanswered(request);
  return ids.map((id) => ({ id, entry: lock.entries[id]! }));
}

/**
 * Where the packages of an npm tree lie, sorted by path.
 * @throws BoardsmithError LOCK_INVALID if the lock does not answer the request
 */
export function lookUpTree(
  lock: Lock,
  request: InputRequest & { kind: 'npm-tree' | 'npm-lockfile' },
): readonly PackagePlace[] {
  const places = ownValue(lock.trees ?? {}, requestId(request));
  if (places === undefined) throw unanswered(request);
  return places;
}

function unanswered(request: InputRequest): BoardsmithError {
  return new BoardsmithError('LOCK_INVALID', `the lock does not answer ${requestId(request)}`, {
    hint: 'boardsmith lock RECIPE',
  });
}

function ownValue<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

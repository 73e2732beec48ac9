import { dirname } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { displayPath } from '../recipe/problem.ts';
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
  const recipe = request.kind === 'npm-lockfile' ? displayPath(dirname(request.file)) : 'RECIPE';
  return new BoardsmithError(
    'LOCK_INVALID',
    `the lock does not pin ${inWords(request)} (${requestId(request)})`,
    {
      hint: `boardsmith lock ${recipe}`,
    },
  );
}

function inWords(request: InputRequest): string {
  switch (request.kind) {
    case 'debian':
      return `Debian's package ${request.package}`;
    case 'debian-source':
      return `the sources of Debian's package ${request.package}`;
    case 'pypi':
      return `the Python wheel ${request.name} ${request.version}`;
    case 'npm':
      return `the npm package ${request.name} ${request.version}`;
    case 'npm-tree':
      return `the npm package ${request.name} ${request.version} with what it depends on`;
    case 'npm-lockfile':
      return `the npm packages that ${displayPath(request.file)} names`;
    case 'openwrt':
      return `OpenWrt ${request.version} for ${request.target}, profile ${request.profile}, with these packages`;
  }
}

function ownValue<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

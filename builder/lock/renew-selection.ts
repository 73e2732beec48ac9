import { BoardsmithError } from '../error/boardsmith-error.ts';
import { type HostArchitecture, type InputRequest, type Lock, requestId } from './lock-format.ts';

/**
 * Ids of the requests that are to be asked anew. A name selects the request of that id, every request answered by an entry of that id,
 * and those that ask for, or are answered by, a package of that name.
 * @throws BoardsmithError USAGE for a name that selects nothing
 */
export function selectRenewed(
  requests: readonly InputRequest[],
  lock: Lock | null,
  renew: 'none' | 'all' | readonly string[],
  host: HostArchitecture,
): ReadonlySet<string> {
  if (renew === 'none') return new Set();
  if (renew === 'all') return new Set(requests.map(requestId));
  const selected = new Set<string>();
  for (const name of renew) {
    const found = requests.filter((request) => namesOf(request, lock, host).has(name));
    if (found.length === 0) {
      throw new BoardsmithError('USAGE', `nothing that is locked is called ${name}`, {
        hint: 'use the name of a package as it stands in boardsmith.lock',
      });
    }
    for (const request of found) selected.add(requestId(request));
  }
  return selected;
}

function namesOf(request: InputRequest, lock: Lock | null, host: HostArchitecture): ReadonlySet<string> {
  const id = requestId(request);
  const names = new Set([id]);
  if (request.kind === 'debian' || request.kind === 'debian-source') names.add(request.package);
  else if (request.kind === 'openwrt') names.add('openwrt');
  else if (request.kind !== 'npm-lockfile') names.add(request.name);
  const answers = request.host ? lock?.hostRequests[host] : lock?.requests;
  for (const entry of answers?.[id] ?? []) {
    names.add(entry);
    names.add(lock!.entries[entry]!.name);
  }
  return names;
}

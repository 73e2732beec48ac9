import { type InputRequest, type Lock, requestId } from './lock-format.ts';

/** A lock with the answers to these requests alone, for build machines of every architecture that it has. */
export function subsetLock(lock: Lock, requests: readonly InputRequest[]): Lock {
  const ids = new Set(requests.map(requestId));
  const only = <Value>(answers: Readonly<Record<string, Value>>): Record<string, Value> =>
    Object.fromEntries(Object.entries(answers).filter(([id]) => ids.has(id)));
  const answers = only(lock.requests);
  const hostRequests = Object.fromEntries(
    Object.entries(lock.hostRequests).map(([architecture, own]) => [architecture, only(own)]),
  );
  const named = new Set(
    [answers, ...Object.values(hostRequests)].flatMap((own) => Object.values(own).flat()),
  );
  const trees = only(lock.trees ?? {});
  return {
    lockVersion: 1,
    date: lock.date,
    requests: answers,
    hostRequests,
    entries: Object.fromEntries(Object.entries(lock.entries).filter(([id]) => named.has(id))),
    ...(Object.keys(trees).length > 0 ? { trees } : {}),
  };
}

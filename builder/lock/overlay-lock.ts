import type { Lock } from './lock-format.ts';

/** `base` with the answers of `top` in the place of its own. Entries that no answer names any more are left out. */
export function overlayLock(base: Lock, top: Lock): Lock {
  const requests = { ...base.requests, ...top.requests };
  const hostRequests = { ...base.hostRequests };
  for (const architecture of Object.keys(top.hostRequests) as (keyof typeof top.hostRequests)[]) {
    hostRequests[architecture] = { ...hostRequests[architecture], ...top.hostRequests[architecture] };
  }
  const named = new Set(
    [requests, ...Object.values(hostRequests)].flatMap((answers) => Object.values(answers).flat()),
  );
  const entries = Object.entries({ ...base.entries, ...top.entries }).filter(([id]) => named.has(id));
  const trees = { ...base.trees, ...top.trees };
  return {
    lockVersion: 1,
    // Written YYYY-MM-DD, the later of the two sorts last.
    date: [base.date, top.date].sort()[1]!,
    requests,
    hostRequests,
    entries: Object.fromEntries(entries),
    ...(Object.keys(trees).length > 0 ? { trees } : {}),
  };
}

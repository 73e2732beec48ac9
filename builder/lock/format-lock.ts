import type { Lock } from './lock-format.ts';

/** The one text of a lock: keys sorted by code unit, two spaces, a newline at the end. Lists keep their order. */
export function formatLock(lock: Lock): string {
  return `${JSON.stringify(withSortedKeys(lock), null, 2)}\n`;
}

function withSortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSortedKeys);
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => [name, withSortedKeys(member)] as const);
  return Object.fromEntries(members);
}

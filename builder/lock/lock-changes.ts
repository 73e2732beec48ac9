import type { Lock, LockEntry } from './lock-format.ts';

/** One difference between two locks. */
export interface LockChange {
  readonly change: 'added' | 'removed' | 'changed' | 'requested' | 'dropped';
  /** Name of the package, or id of the request for `requested` and `dropped`. */
  readonly name: string;
  /** Architecture or platform; null where there is none. */
  readonly platform: string | null;
  readonly from: string | null;
  readonly to: string | null;
  /** The same for people: `musl 1.2.5-1 → 1.2.5-3 (arm64)`. */
  readonly line: string;
}

/** What differs from one lock to the next, sorted by name. Requests are named only where no entry shows their coming or going. */
export function describeLockChanges(before: Lock | null, after: Lock): readonly LockChange[] {
  const old = new Map(Object.entries(before?.entries ?? {}));
  const fresh = new Map(Object.entries(after.entries));
  for (const [id, entry] of old) {
    if (fresh.get(id)?.sha256 !== entry.sha256) continue;
    old.delete(id);
    fresh.delete(id);
  }
  const changes = [...replacedAnswers(before, after, old, fresh), ...replacedVersions(old, fresh)];
  for (const entry of old.values()) changes.push(describe(entry.name, entry, null));
  for (const entry of fresh.values()) changes.push(describe(entry.name, null, entry));
  if (changes.length === 0) changes.push(...changedRequests(before, after));
  return changes.sort((a, b) => (a.line < b.line ? -1 : 1));
}

/** Requests with one answer each time: a kernel's package has another name in each version, but is the answer to the same request. */
function replacedAnswers(
  before: Lock | null,
  after: Lock,
  old: Map<string, LockEntry>,
  fresh: Map<string, LockEntry>,
): LockChange[] {
  const changes: LockChange[] = [];
  const answersBefore = allAnswers(before);
  for (const [request, ids] of allAnswers(after)) {
    const previous = answersBefore.get(request);
    if (previous?.length !== 1 || ids.length !== 1) continue;
    const from = old.get(previous[0]!);
    const to = fresh.get(ids[0]!);
    if (from === undefined || to === undefined) continue;
    old.delete(previous[0]!);
    fresh.delete(ids[0]!);
    changes.push(describe(from.name === to.name ? to.name : request.split(':')[2]!, from, to));
  }
  return changes;
}

/** A package that was there in one version and is now there in one other. */
function replacedVersions(old: Map<string, LockEntry>, fresh: Map<string, LockEntry>): LockChange[] {
  const changes: LockChange[] = [];
  for (const [id, from] of [...old]) {
    const before = [...old].filter(([, entry]) => sameThing(entry, from));
    const after = [...fresh].filter(([, entry]) => sameThing(entry, from));
    if (before.length !== 1 || after.length !== 1) continue;
    const [freshId, to] = after[0]!;
    old.delete(id);
    fresh.delete(freshId);
    changes.push(describe(to.name, from, to));
  }
  return changes;
}

function sameThing(a: LockEntry, b: LockEntry): boolean {
  return a.kind === b.kind && a.name === b.name && platformOf(a) === platformOf(b);
}

function changedRequests(before: Lock | null, after: Lock): LockChange[] {
  const was = allAnswers(before);
  const is = allAnswers(after);
  const requested = [...is.keys()].filter((id) => !was.has(id));
  const dropped = [...was.keys()].filter((id) => !is.has(id));
  const change = (name: string, kind: 'requested' | 'dropped', line: string): LockChange => ({
    change: kind,
    name,
    platform: null,
    from: null,
    to: null,
    line,
  });
  return [
    ...requested.map((id) => change(id, 'requested', `${id} is asked for, of what was pinned already`)),
    ...dropped.map((id) => change(id, 'dropped', `${id} is no longer asked for`)),
  ];
}

function allAnswers(lock: Lock | null): Map<string, readonly string[]> {
  const groups = lock === null ? [] : [lock.requests, ...Object.values(lock.hostRequests)];
  return new Map(groups.flatMap((answers) => Object.entries(answers)));
}

function describe(name: string, from: LockEntry | null, to: LockEntry | null): LockChange {
  const platform = platformOf((to ?? from)!);
  const versions = { from: from?.version ?? null, to: to?.version ?? null };
  const where = platform === null ? '' : ` (${platform})`;
  if (from === null)
    return { change: 'added', name, platform, ...versions, line: `${name} ${to!.version} added${where}` };
  if (to === null)
    return {
      change: 'removed',
      name,
      platform,
      ...versions,
      line: `${name} ${from.version} removed${where}`,
    };
  const what = from.version === to.version ? `${to.version}: other bytes` : `${from.version} → ${to.version}`;
  return { change: 'changed', name, platform, ...versions, line: `${name} ${what}${where}` };
}

function platformOf(entry: LockEntry): string | null {
  if (entry.kind === 'debian') return entry.architecture;
  return entry.kind === 'pypi' ? entry.platform : null;
}

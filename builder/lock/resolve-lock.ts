import { formatLock } from './format-lock.ts';
import type { InputStore } from './input-store.ts';
import {
  entryId,
  type HostArchitecture,
  type InputRequest,
  type Lock,
  type LockEntry,
  type PackagePlace,
  requestId,
} from './lock-format.ts';
import { overlayLock } from './overlay-lock.ts';
import { selectRenewed } from './renew-selection.ts';
import type { OpenwrtPackageRecorder } from './resolve/openwrt/package-recorder.ts';
import { resolveRequests } from './resolve/resolve-requests.ts';

export interface ResolveLockOptions {
  /** The lock as it is; null for a first one. */
  readonly previous: Lock | null;
  /** What to ask for anew although it is pinned: nothing, everything, or what these name (request ids, entry ids or names of packages). */
  readonly renew: 'none' | 'all' | readonly string[];
  /** What becomes of pins that nothing of `requests` asks for: other recipes may share the lock. Dropped if left out. */
  readonly others?: 'keep' | 'drop';
  /** Entries to stay with in answers that are asked for anew, where Debian's archive still lists them and they fit the rest. None if left out. */
  readonly preferred?: readonly LockEntry[];
  readonly hostArchitecture: HostArchitecture;
  readonly now: Date;
  /** Files that must be fetched to be pinned (wheels, tarballs) are kept here. */
  readonly store: InputStore;
  /** Needed for requests of an OpenWrt release: runs its ImageBuilder to see which packages it takes. */
  readonly recordOpenwrtPackages?: OpenwrtPackageRecorder;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

/**
 * Makes the lock that answers `requests`. What is pinned stays unless it is to be renewed, what is missing is added, what nothing asks for
 * any more is kept or dropped as `others` says; what belongs to build machines of another architecture is kept. The date moves only when something else does.
 * @throws BoardsmithError USAGE (`renew` names what is not there), INPUT_UNAVAILABLE, INPUT_CORRUPT, RECIPE_INVALID (npm dependencies that
 * cannot be pinned), HOST_UNSUITABLE, INTERRUPTED
 */
export async function resolveLock(
  requests: readonly InputRequest[],
  options: ResolveLockOptions,
): Promise<Lock> {
  const { previous, hostArchitecture, store, signal, progress } = options;
  const wanted = [...new Map(requests.map((request) => [requestId(request), request])).values()];
  const renewed = selectRenewed(wanted, previous, options.renew, hostArchitecture);
  const draft = new LockDraft(previous, hostArchitecture);
  const open = wanted.filter((request) => renewed.has(requestId(request)) || !draft.keep(request));
  if (open.length > 0) {
    const known = (id: string): LockEntry | undefined => previous?.entries[id];
    const { preferred = [], recordOpenwrtPackages } = options;
    const { environment } = store;
    const answers = await store.withScratch((scratch) =>
      resolveRequests(open, {
        ...{ scratch, store, environment, known, preferred, signal, progress },
        recordOpenwrtPackages,
      }),
    );
    for (const request of open) {
      const answer = answers.get(requestId(request))!;
      draft.answer(request, answer.entries, answer.places);
    }
  }
  const answered = draft.finish(options.now.toISOString().slice(0, 10));
  const lock = previous !== null && options.others === 'keep' ? overlayLock(previous, answered) : answered;
  if (previous !== null && formatLock({ ...lock, date: previous.date }) === formatLock(previous))
    return previous;
  return lock;
}

/** A lock in the making. */
class LockDraft {
  readonly #previous: Lock | null;
  readonly #host: HostArchitecture;
  readonly #requests: Record<string, readonly string[]> = {};
  readonly #hostRequests: Record<string, readonly string[]> = {};
  readonly #trees: Record<string, readonly PackagePlace[]> = {};
  readonly #answered = new Map<string, LockEntry>();

  constructor(previous: Lock | null, host: HostArchitecture) {
    this.#previous = previous;
    this.#host = host;
  }

  /** Takes over the answer that is pinned. False if there is none. */
  keep(request: InputRequest): boolean {
    const id = requestId(request);
    const answers = request.host ? this.#previous?.hostRequests[this.#host] : this.#previous?.requests;
    const pinned = answers?.[id];
    if (pinned === undefined) return false;
    const entries = pinned.map((entry) => this.#previous!.entries[entry]!);
    this.answer(request, entries, this.#previous!.trees?.[id]);
    return true;
  }

  answer(request: InputRequest, entries: readonly LockEntry[], places?: readonly PackagePlace[]): void {
    const id = requestId(request);
    const ids = entries.map(entryId);
    (request.host ? this.#hostRequests : this.#requests)[id] = [...new Set(ids)].sort();
    if (places !== undefined) this.#trees[id] = places;
    for (const entry of entries) this.#answered.set(entryId(entry), entry);
  }

  finish(date: string): Lock {
    const others = Object.entries(this.#previous?.hostRequests ?? {}).filter(([name]) => name !== this.#host);
    for (const id of others.flatMap(([, answers]) => Object.values(answers).flat())) {
      if (!this.#answered.has(id)) this.#answered.set(id, this.#previous!.entries[id]!);
    }
    const ownHost = Object.keys(this.#hostRequests).length > 0 ? { [this.#host]: this.#hostRequests } : {};
    return {
      lockVersion: 1,
      date,
      requests: this.#requests,
      hostRequests: { ...Object.fromEntries(others), ...ownHost },
      entries: Object.fromEntries(this.#answered),
      ...(Object.keys(this.#trees).length > 0 ? { trees: this.#trees } : {}),
    };
  }
}

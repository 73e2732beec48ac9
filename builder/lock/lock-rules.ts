import { entryId, type Lock } from './lock-format.ts';

/** A mistake and where it stands, as keys from the lock's root. */
export interface LockProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What the schema cannot say: ids that are what they name, no entry that nothing refers to, no reference to nothing. */
export function checkLockRules(lock: Lock): LockProblem[] {
  return [
    ...checkDate(lock),
    ...checkIds(lock),
    ...checkReferences(lock),
    ...checkTrees(lock),
    ...checkReleases(lock),
  ];
}

function checkDate(lock: Lock): LockProblem[] {
  const real = new Date(`${lock.date}T00:00:00Z`);
  if (!Number.isNaN(real.getTime()) && real.toISOString().startsWith(lock.date)) return [];
  return [{ path: ['date'], message: `there is no day ${lock.date}` }];
}

function checkIds(lock: Lock): LockProblem[] {
  return Object.entries(lock.entries)
    .filter(([id, entry]) => entryId(entry) !== id)
    .map(([id, entry]) => ({
      path: ['entries', id],
      message: `entry ${id} describes ${entryId(entry)}; the two must be the same`,
    }));
}

function checkReferences(lock: Lock): LockProblem[] {
  const problems: LockProblem[] = [];
  const referenced = new Set<string>();
  const visit = (path: readonly string[], answers: Readonly<Record<string, readonly string[]>>): void => {
    for (const [request, ids] of Object.entries(answers)) {
      ids.forEach((id, index) => {
        referenced.add(id);
        if (!Object.hasOwn(lock.entries, id)) {
          problems.push({
            path: [...path, request, index],
            message: `${request} names ${id}, which is not in "entries"`,
          });
        }
      });
    }
  };
  visit(['requests'], lock.requests);
  for (const [architecture, answers] of Object.entries(lock.hostRequests)) {
    visit(['hostRequests', architecture], answers);
  }
  for (const id of Object.keys(lock.entries)) {
    if (!referenced.has(id))
      problems.push({ path: ['entries', id], message: `no request needs entry ${id}` });
  }
  return problems;
}

function checkTrees(lock: Lock): LockProblem[] {
  const problems: LockProblem[] = [];
  const trees = lock.trees ?? {};
  for (const request of Object.keys(lock.requests)) {
    if (/^npm-(tree|lockfile):/.test(request) && !Object.hasOwn(trees, request)) {
      problems.push({
        path: ['requests', request],
        message: `"trees" does not say where the packages of ${request} lie`,
      });
    }
  }
  for (const [request, places] of Object.entries(trees)) {
    const answer = new Set(lock.requests[request] ?? []);
    const placed = new Set(places.map((place) => place.entry));
    const paths = new Set<string>();
    places.forEach((place, index) => {
      if (!answer.has(place.entry)) {
        problems.push({
          path: ['trees', request, index],
          message: `${place.entry} is no entry of ${request}`,
        });
      }
      if (paths.has(place.path)) {
        problems.push({ path: ['trees', request, index], message: `two packages lie at ${place.path}` });
      }
      paths.add(place.path);
    });
    for (const id of answer) {
      if (!placed.has(id))
        problems.push({ path: ['trees', request], message: `${id} has no place in the tree` });
    }
  }
  return problems;
}

/** A release is trusted for the signatures of its `sha256sums`: it says whose they were, and nothing else says so. */
function checkReleases(lock: Lock): LockProblem[] {
  const problems: LockProblem[] = [];
  for (const [id, entry] of Object.entries(lock.entries)) {
    if (entry.kind !== 'openwrt') continue;
    const isChecksums = entry.name === 'sha256sums';
    if (isChecksums !== (entry.signedBy !== undefined)) {
      problems.push({
        path: ['entries', id],
        message: isChecksums
          ? `"signedBy" is missing: it says whose signatures ${id} had when it was locked`
          : `"signedBy" belongs to a sha256sums alone, not to ${id}`,
      });
    }
    if (entry.name !== entry.path.replace(/^.*\//, '') || entry.path.split('/')[1] !== entry.version) {
      problems.push({ path: ['entries', id], message: `name and version are not those of its path` });
    }
  }
  return problems;
}

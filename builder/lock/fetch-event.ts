import type { LockEntry, LockedInput } from './lock-format.ts';

/** A file on its way from a registry; what fails is told by the error alone. */
export interface FetchEvent {
  readonly type: 'fetching' | 'fetched';
  readonly input: LockedInput;
}

/** What is being fetched, for people: `musl 1.2.5-3 for arm64, 1.1 MB`. */
export function fetchedFile(entry: LockEntry): string {
  const target = targetOf(entry);
  return `${entry.name} ${entry.version}${target === null ? '' : ` for ${target}`}, ${megabytes(entry.size)}`;
}

/** A listener that says what begins, in one line each. */
export function fetchLines(progress: (line: string) => void): (event: FetchEvent) => void {
  return ({ type, input }) => {
    if (type === 'fetching') progress(`fetching ${fetchedFile(input.entry)}`);
  };
}

/** The same package is often wanted twice: for the board and for this machine. */
function targetOf(entry: LockEntry): string | null {
  if (entry.kind === 'pypi') return entry.platform;
  return entry.kind === 'debian' && entry.architecture !== 'all' ? entry.architecture : null;
}

function megabytes(bytes: number): string {
  return bytes < 100_000 ? `${Math.ceil(bytes / 1000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

import type { FetchEvent } from '../../lock/fetch-event.ts';
import type { LockEntry, LockedInput } from '../../lock/lock-format.ts';

/** Counts what is fetched, and the time during which anything was. */
export class FetchTally {
  readonly #expected: Set<string>;
  readonly #running = new Map<string, LockEntry>();
  readonly #now: () => number;
  #files = 0;
  #bytes = 0;
  #milliseconds = 0;
  #began = 0;

  /**
   * @param expected more may come: a damaged file of the cache is fetched again
   * @param now milliseconds of a clock that only grows
   */
  constructor(expected: readonly LockedInput[], now: () => number = () => performance.now()) {
    this.#expected = new Set(expected.map(({ id }) => id));
    this.#now = now;
  }

  observe({ type, input }: FetchEvent): void {
    this.#expected.add(input.id);
    if (type === 'fetching') {
      if (this.#running.size === 0) this.#began = this.#now();
      this.#running.set(input.id, input.entry);
      return;
    }
    if (!this.#running.delete(input.id)) return;
    this.#files += 1;
    this.#bytes += input.entry.size;
    if (this.#running.size === 0) this.#milliseconds += this.#now() - this.#began;
  }

  /** What is on its way, in the order in which it began. */
  get running(): readonly LockEntry[] {
    return [...this.#running.values()];
  }

  /** Files that came whole. */
  get files(): number {
    return this.#files;
  }

  /** Of the files that came whole. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Files that came or are to come. */
  get total(): number {
    return this.#expected.size;
  }

  /** During which at least one fetch ran, as of the last moment at which none did. */
  get milliseconds(): number {
    return Math.round(this.#milliseconds);
  }
}

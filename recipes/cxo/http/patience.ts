import { Problem } from './problem.ts';

/**
 * Time that a client may make us wait for each 64 KiB. Waiting for the disk does not count. It bounds clients that stop and clients that
 * trickle alike: whoever moves 64 KiB within the time may go on for as long as the object lasts.
 */
export class Patience {
  readonly #budgetMs: number;
  #leftMs: number;

  constructor(budgetMs: number) {
    this.#budgetMs = budgetMs;
    this.#leftMs = budgetMs;
  }

  /** The client moved 64 KiB. */
  renew(): void {
    this.#leftMs = this.#budgetMs;
  }

  /** Waits for the client: Problem 408 when the time is used up. */
  async wait<T>(moved: Promise<T>): Promise<T> {
    const started = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const tooSlow = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () =>
          reject(
            new Problem(
              408,
              'too-slow',
              `the client moved less than 64 KiB in ${this.#budgetMs / 1000} seconds`,
            ),
          ),
        Math.max(1, this.#leftMs),
      );
    });
    try {
      return await Promise.race([moved, tooSlow]);
    } finally {
      clearTimeout(timer);
      this.#leftMs -= performance.now() - started;
    }
  }
}

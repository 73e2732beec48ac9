import { setTimeout as sleep } from 'node:timers/promises';
import type { ObjectStore } from './object-store.ts';
import type { Report } from './store-types.ts';

export interface ScrubSettings {
  /** Bytes read a second; 0: never scrub. */
  readonly bytesPerSecond: number;
  /** Pause between two passes. */
  readonly pauseMs: number;
}

/** Reads every object again and again, slowly, so that damage is found while there are other copies to repair it from. */
export class Scrubber {
  readonly #store: ObjectStore;
  readonly #settings: ScrubSettings;
  readonly #report: Report;
  readonly #stop = new AbortController();
  bytes = 0;
  objects = 0;
  passes = 0;

  constructor(store: ObjectStore, settings: ScrubSettings, report: Report) {
    this.#store = store;
    this.#settings = settings;
    this.#report = report;
  }

  /** Runs until stop(). */
  async run(): Promise<void> {
    while (this.#settings.bytesPerSecond > 0 && !this.#stop.signal.aborted) {
      try {
        await this.pass();
      } catch (error) {
        if (!this.#stop.signal.aborted) this.#report('scrub-failed', { error: String(error) });
      }
      await this.#pause(this.#settings.pauseMs);
    }
  }

  /** Goes through all objects once. */
  async pass(): Promise<void> {
    for (let after: string | null = null; ; ) {
      const page = await this.#store.page(after, 100);
      for (const { sha256 } of page.objects) {
        await this.#store.scrub(sha256, async (bytes) => {
          this.bytes += bytes;
          await this.#pause((bytes * 1000) / this.#settings.bytesPerSecond);
          this.#stop.signal.throwIfAborted();
        });
        this.objects++;
        // An object takes a few reads of the disk however small it is.
        await this.#pause(1);
        if (this.#stop.signal.aborted) return;
      }
      if (page.next === null) break;
      after = page.next;
    }
    this.passes++;
    this.#report('scrub-done', { objects: this.objects, bytes: this.bytes });
  }

  stop(): void {
    this.#stop.abort();
  }

  async #pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.#stop.signal, ref: false }).catch(() => {});
  }
}

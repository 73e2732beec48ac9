import { setImmediate as othersTurn } from 'node:timers/promises';

/** How long other work may wait, in milliseconds: a list is redrawn, and Ctrl-C heard, well within what a person notices. */
const patience = 20;

/** Lets others have their turn in a long loop of synchronous calls. */
export class Turns {
  readonly #signal: AbortSignal | undefined;
  #began = performance.now();

  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  /** Called once a round. @throws the signal's reason, once it is aborted */
  async take(): Promise<void> {
    if (performance.now() - this.#began < patience) return;
    await othersTurn();
    this.#signal?.throwIfAborted();
    this.#began = performance.now();
  }
}

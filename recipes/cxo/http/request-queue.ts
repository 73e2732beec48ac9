import type { Duplex } from 'node:stream';

/** Requests that a client may send on one connection before it has read the answers. Real clients send one. */
const longestQueue = 16;

/**
 * Node hands over pipelined requests all at once. Here those of one connection are answered one after the other, so that
 * a connection never costs more than one answer's memory; one that sends ever more is closed.
 */
export class RequestQueue {
  readonly #failed: (error: unknown) => void;
  readonly #waiting = new WeakMap<Duplex, { length: number; tail: Promise<void> }>();

  /** `failed` takes an error of a task: a mistake in this program, which must end one connection, not all of them. */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  add(connection: Duplex, task: () => Promise<void>): void {
    const queue = this.#waiting.get(connection) ?? { length: 0, tail: Promise.resolve() };
    this.#waiting.set(connection, queue);
    if (connection.destroyed) return;
    if (queue.length >= longestQueue) {
      connection.destroy();
      return;
    }
    queue.length++;
    queue.tail = queue.tail.then(async () => {
      try {
        if (!connection.destroyed) await task();
      } catch (error) {
        connection.destroy();
        this.#failed(error);
      }
      queue.length--;
    });
  }
}

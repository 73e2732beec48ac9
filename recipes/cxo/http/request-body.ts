import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { ClientGone } from './problem.ts';

/** A request's body, chunk by chunk: nothing is read ahead of what was asked for, beyond the socket's own buffer. */
export class RequestBody {
  readonly #request: IncomingMessage;

  constructor(request: IncomingMessage) {
    this.#request = request;
    // Without a listener an aborted request would be an uncaught error; next() reports it.
    request.on('error', () => {});
  }

  /** Whether the client announced a body that was not read to its end. */
  get unread(): boolean {
    const { headers } = this.#request;
    const announced =
      headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
    return announced && !this.#request.readableEnded;
  }

  /** The next chunk, null at the end; ClientGone if the connection ends before the body does. */
  async next(): Promise<Buffer | null> {
    for (;;) {
      const chunk = this.#request.read() as Buffer | null;
      if (chunk !== null) return chunk;
      if (this.#request.readableEnded) return null;
      if (this.#request.destroyed) throw new ClientGone('the connection ended within the body');
      await this.#change();
    }
  }

  /** Reads and drops what is left, for so long at most. */
  async discard(milliseconds: number): Promise<void> {
    const until = AbortSignal.timeout(milliseconds);
    const end = once(until, 'abort').then(() => null);
    const drain = async (): Promise<void> => {
      while (!until.aborted && (await this.next()) !== null);
    };
    await Promise.race([drain().catch(() => {}), end]);
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      const events = ['readable', 'end', 'close', 'error'] as const;
      const done = (): void => {
        for (const event of events) this.#request.off(event, done);
        resolve();
      };
      for (const event of events) this.#request.on(event, done);
    });
  }
}

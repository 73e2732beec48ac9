import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';

/** Says which file answers a path below the mirror's root; null for none. */
export type FeedAnswer = (path: string) => Promise<string | null>;

/**
 * What an ImageBuilder has in the place of a mirror: a server on loopback that gives out what `answer` allows and nothing else. When a
 * release is locked it pins what it gives out; when an image is built it has nothing but what was pinned.
 */
export class FeedServer {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** Paths that were asked for and not there, sorted. */
  readonly #missing = new Set<string>();
  readonly #close: () => Promise<void>;
  #failure: unknown;

  private constructor(origin: string, close: () => Promise<void>) {
    this.origin = origin;
    this.#close = close;
  }

  static async start(answer: FeedAnswer): Promise<FeedServer> {
    const server = createServer((request, response) => {
      void feed.#serve(request.method, request.url ?? '', response, answer);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const feed = new FeedServer(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    });
    return feed;
  }

  get missing(): readonly string[] {
    return [...this.#missing].sort();
  }

  /** Ends it. @throws the first error that an answer threw: the ImageBuilder only saw that a file did not come */
  async close(): Promise<void> {
    await this.#close();
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #serve(
    method: string | undefined,
    url: string,
    response: ServerResponse,
    answer: FeedAnswer,
  ): Promise<void> {
    try {
      const path = plainPath(url);
      const file = path === null || (method !== 'GET' && method !== 'HEAD') ? null : await answer(path);
      if (file === null) {
        this.#missing.add(path ?? url);
        response.writeHead(404, { 'content-length': 0 }).end();
        return;
      }
      response.writeHead(200, { 'content-length': (await stat(file)).size });
      if (method === 'HEAD') response.end();
      else await pipeline(createReadStream(file), response);
    } catch (error) {
      // A client that hangs up is its own affair.
      if ((error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE') return;
      this.#failure ??= error;
      if (response.headersSent) response.destroy();
      else response.writeHead(502, { 'content-length': 0 }).end();
    }
  }
}

/** `/releases/25.12.5/…` without the first slash; null for what could mean another place. */
function plainPath(url: string): string | null {
  let path: string;
  try {
    path = decodeURIComponent(url.replace(/\?.*$/, ''));
  } catch {
    return null;
  }
  return /^\/releases(\/[0-9A-Za-z+~:%_@-][0-9A-Za-z.+~:%_@-]*)+$/.test(path) ? path.slice(1) : null;
}

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a server answers one request. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** An HTTP server on 127.0.0.1 that plays a registry, well or badly. What it was not told to answer is 404. */
export class LoopbackServer {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly address: string;
  /** Paths as they were asked for, in order. */
  readonly requests: string[] = [];
  readonly #server: Server;
  readonly #answers = new Map<string, Answer[]>();

  private constructor(server: Server) {
    this.#server = server;
    this.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      // A proxy is asked for a whole address.
      const path = decodeURIComponent((request.url ?? '').replace(/^http:\/\/[^/]+/, ''));
      this.requests.push(path);
      const answers = this.#answers.get(path) ?? [status(404)];
      // The last answer is for all requests that follow.
      const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
      answer(request, response);
    });
  }

  static async start(): Promise<LoopbackServer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new LoopbackServer(server);
  }

  /** Answers requests of `path` with these, one after the other; the last one stays. */
  serve(path: string, ...answers: readonly Answer[]): void {
    this.#answers.set(path, [...answers]);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

export function bytes(body: Uint8Array | string, type = 'application/octet-stream'): Answer {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
    response.end(body);
  };
}

export function status(code: number): Answer {
  return (_request, response) => {
    response.writeHead(code, { 'content-length': 0 });
    response.end();
  };
}

/** Announces the whole body and closes the connection after half of it. */
export function cutShort(body: Uint8Array): Answer {
  return (_request, response) => {
    response.writeHead(200, { 'content-length': body.length });
    response.write(body.subarray(0, body.length / 2), () => response.destroy());
  };
}

export function redirect(to: string): Answer {
  return (_request, response) => {
    response.writeHead(302, { location: to, 'content-length': 0 });
    response.end();
  };
}

/** Takes the request and says nothing; `asked` is called when it has come, `left` when the other side closed the connection. */
export function hang(asked: () => void, left: () => void): Answer {
  return (_request, response) => {
    response.once('close', left);
    asked();
  };
}

/** Sends without end, until the other side gives up. */
export function endless(): Answer {
  return (_request, response) => {
    const chunk = Buffer.alloc(1 << 20);
    const more = (): void => {
      while (!response.destroyed && response.write(chunk));
    };
    response.writeHead(200, {});
    response.on('drain', more);
    more();
  };
}

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer } from './answer.ts';
import { Connections } from './connections.ts';
import type { Exchange, Service } from './exchange.ts';
import { answerParseFailure } from './parse-failure.ts';
import { Problem } from './problem.ts';
import { RequestBody } from './request-body.ts';
import { RequestQueue } from './request-queue.ts';

/** The largest header of a request that is read. An address and a few conditions need 1 KiB. */
const maxHeaderBytes = 8192;
/** Labels of the metrics: whatever else a client sends is counted as `other`. */
const countedMethods = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'OPTIONS'];

/** The HTTP side: one server, its limits, and its orderly end. */
export class HttpServer {
  readonly #service: Service;
  readonly #server: Server;
  readonly #connections: Connections;
  readonly #queue: RequestQueue;
  #stopping = false;

  constructor(service: Service) {
    const { settings, counters } = service;
    this.#service = service;
    this.#connections = new Connections(settings, counters);
    this.#queue = new RequestQueue((error) => service.log('internal-error', { error: String(error) }));
    this.#server = createServer({
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: settings.headerTimeoutMs,
      keepAliveTimeout: settings.idleTimeoutMs,
      // A body may take as long as it moves: Patience watches over it.
      requestTimeout: 0,
      connectionsCheckingInterval: Math.min(1000, settings.headerTimeoutMs),
      // Answered by us, in JSON as every error.
      requireHostHeader: false,
    });
    // All fields are seen, and too many of them refused in words: see answer.ts. Their bytes are bounded above.
    this.#server.maxHeadersCount = 0;
    this.#server.on('connection', (socket) => this.#connections.admit(socket));
    this.#server.on('request', (request, response) => this.#enqueue(request, response, false));
    this.#server.on('checkContinue', (request, response) => this.#enqueue(request, response, true));
    this.#server.on('checkExpectation', (request, response) => this.#enqueue(request, response, false));
    this.#server.on('connect', (_, socket) => answerParseFailure(new Error('CONNECT'), socket));
    this.#server.on('clientError', (error, socket) => {
      counters.malformedRequests++;
      answerParseFailure(error, socket);
    });
  }

  /** Listens; answers the port. Fails with Node's error (`EADDRINUSE` and so on). */
  async listen(): Promise<number> {
    const { host, port } = this.#service.settings;
    this.#server.listen({ host, port });
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** Stops accepting, lets requests in flight end for so long, then closes what is left. Answers whether all ended by themselves. */
  async stop(milliseconds: number): Promise<boolean> {
    this.#stopping = true;
    const closed = new Promise<boolean>((resolve) => this.#server.close(() => resolve(true)));
    this.#server.closeIdleConnections();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), milliseconds);
    });
    const orderly = await Promise.race([closed, late]);
    clearTimeout(timer);
    this.#connections.destroyAll();
    await closed;
    return orderly;
  }

  #enqueue(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    this.#queue.add(request.socket, () => this.#run(request, response, expectsContinue));
  }

  async #run(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): Promise<void> {
    const started = performance.now();
    const over = new Promise<void>((resolve) => response.once('close', resolve));
    const refusal = this.#refusal(request);
    if (refusal !== null || this.#stopping) response.setHeader('Connection', 'close');
    const exchange = exchangeOf(request, response, expectsContinue);
    const route = await answer(this.#service, exchange, refusal);
    await over;
    const method = countedMethods.includes(exchange.method) ? exchange.method : 'other';
    const seconds = (performance.now() - started) / 1000;
    this.#service.counters.finished(route?.name ?? 'none', method, response.statusCode, seconds);
    if (this.#service.settings.logRequests) {
      this.#service.log('request', {
        method: exchange.method,
        path: exchange.path,
        status: response.statusCode,
        complete: response.writableFinished,
        seconds: Number(seconds.toFixed(3)),
        client: request.socket.remoteAddress,
      });
    }
    // A request that was answered while stopping may have been told to keep its connection open.
    if (this.#stopping) setImmediate(() => this.#server.closeIdleConnections());
  }

  #refusal(request: IncomingMessage): Problem | null {
    if (request.url === '/health' || request.url === '/metrics') return null;
    if (this.#stopping) return new Problem(503, 'stopping', 'the daemon is stopping', { 'Retry-After': '5' });
    if (!this.#connections.isSurplus(request.socket)) return null;
    this.#service.counters.refusedConnections++;
    return new Problem(503, 'too-many-connections', 'there are too many connections; try again', {
      'Retry-After': '1',
    });
  }
}

/** Splits the request's target. It is never decoded: no path here needs it, and so there is nothing to trick. */
function exchangeOf(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): Exchange {
  // A client that takes us for a proxy sends the whole address (RFC 9112, 3.2.2).
  const target = (request.url ?? '/').replace(/^https?:\/\/[^/?]*/i, '');
  const [path = '', ...rest] = target.split('?');
  return {
    request,
    response,
    body: new RequestBody(request),
    method: request.method ?? '',
    path: path === '' ? '/' : path,
    query: new URLSearchParams(rest.join('?')),
    expectsContinue,
  };
}

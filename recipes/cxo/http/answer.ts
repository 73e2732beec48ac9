import { answerJson, type Exchange, type Service } from './exchange.ts';
import { ClientGone, Problem, problemOf } from './problem.ts';
import { type Route, routeOf } from './routes.ts';

/** How long the rest of a refused body is read and dropped, so that the client gets to read why it was refused. */
const lingerMs = 2000;
/** Node would drop the fields beyond its limit without a word, and with them perhaps a condition. */
const mostHeaders = 100;

/** Answers one request, whatever happens; resolves when nothing more will be written. */
export async function answer(
  service: Service,
  exchange: Exchange,
  refusal: Problem | null,
): Promise<Route | null> {
  let route: Route | null = null;
  try {
    if (refusal !== null) throw refusal;
    checkHeader(exchange);
    route = routeOf(exchange.path);
    await callHandler(service, exchange, route);
    // A GET with a body, say: the rest of it would be taken for the next request.
    if (exchange.body.unread) exchange.request.resume();
  } catch (error) {
    await answerError(service, exchange, error);
  }
  return route;
}

async function callHandler(service: Service, exchange: Exchange, route: Route): Promise<void> {
  const { method, request } = exchange;
  const handler = route.methods[method === 'HEAD' ? 'GET' : method];
  if (handler === undefined || !Object.hasOwn(route.methods, method === 'HEAD' ? 'GET' : method)) {
    const names = Object.keys(route.methods).flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : [name]));
    const allow = [...names, 'OPTIONS'].join(', ');
    if (method === 'OPTIONS') {
      exchange.response.writeHead(204, { Allow: allow }).end();
      return;
    }
    throw new Problem(405, 'method-not-allowed', `this path takes ${allow}`, { Allow: allow });
  }
  // A page of some web site must not be able to write here through the browser of somebody who can reach the store.
  if (method !== 'GET' && method !== 'HEAD' && request.headers.origin !== undefined) {
    throw new Problem(403, 'cross-site', 'web pages may not write: the request has an Origin header');
  }
  await handler(service, exchange);
}

function checkHeader(exchange: Exchange): void {
  const { request } = exchange;
  if (request.rawHeaders.length / 2 > mostHeaders) {
    throw new Problem(431, 'header-too-large', `a request may have ${mostHeaders} header fields`);
  }
  if (request.httpVersionMinor >= 1 && request.headers.host === undefined) {
    throw new Problem(400, 'no-host', 'an HTTP/1.1 request needs a Host header');
  }
  const expectation = request.headers.expect;
  if (expectation !== undefined && !exchange.expectsContinue) {
    throw new Problem(417, 'bad-expectation', 'Expect can only be 100-continue');
  }
}

async function answerError(service: Service, exchange: Exchange, error: unknown): Promise<void> {
  const { response, body } = exchange;
  if (error instanceof ClientGone || response.destroyed) {
    service.counters.aborted++;
    response.destroy();
    return;
  }
  const problem = problemOf(error);
  if (problem.status >= 500) {
    service.log('request-failed', {
      method: exchange.method,
      path: exchange.path,
      status: problem.status,
      error: problem.slug,
      detail: String(problem.cause ?? problem.message),
    });
  }
  if (response.headersSent) {
    // Half an answer is out: ending it would make it look whole.
    service.counters.aborted++;
    response.destroy();
    return;
  }
  if (!body.unread) {
    answerJson(exchange, problem.status, problem, problem.headers);
    return;
  }
  await refuseBody(exchange, problem, Math.min(lingerMs, service.settings.transferTimeoutMs));
}

/** Answers before the body is read: the connection cannot be used again. */
async function refuseBody(exchange: Exchange, problem: Problem, linger: number): Promise<void> {
  const { response, body } = exchange;
  const text = `${JSON.stringify(problem)}\n`;
  response.writeHead(problem.status, {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    'Content-Length': String(Buffer.byteLength(text)),
    Connection: 'close',
    ...problem.headers,
  });
  // Written but not ended: closing while bytes are still coming in would reset the connection and lose the answer.
  response.write(text);
  // A client that waits for 100 Continue sends nothing.
  if (!exchange.expectsContinue) await body.discard(linger);
  response.end();
}

import type { ServerResponse } from 'node:http';
import type { Digest } from '../storage/digest.ts';
import { blockSize } from '../storage/object-format.ts';
import { CorruptObject } from '../storage/storage-errors.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { type ByteRange, readRange } from './byte-range.ts';
import type { Exchange, Service } from './exchange.ts';
import { Patience } from './patience.ts';
import { checkPreconditions, entityTag } from './preconditions.ts';
import { ClientGone, Problem } from './problem.ts';

/** GET and HEAD of one object. Every block is verified before any of it is sent; the header waits for the first one. */
export async function getObject(service: Service, exchange: Exchange, digest: Digest): Promise<void> {
  const lease = await service.store.read(digest);
  try {
    const notModified = checkPreconditions(exchange.request.headers, exchange.method, digest, lease !== null);
    if (lease === null) throw new Problem(404, 'not-found', 'there is no object with this digest here');
    if (notModified) {
      exchange.response.writeHead(304, immutableHeaders(digest)).end();
      return;
    }
    await sendObject(service, exchange, lease.object);
  } catch (error) {
    if (error instanceof CorruptObject && lease !== null) await service.store.suspect(digest, error.message);
    throw error;
  } finally {
    await lease?.end();
  }
}

async function sendObject(service: Service, exchange: Exchange, object: StoredObject): Promise<void> {
  const { response } = exchange;
  const range = requestedRange(exchange, object);
  const part = range ?? { first: 0, last: object.size - 1 };
  const headers = {
    ...immutableHeaders(object.digest),
    'Accept-Ranges': 'bytes',
    'Content-Type': 'application/octet-stream',
    // Whatever somebody stored, a browser must not run it.
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
    'Repr-Digest': `sha-256=:${Buffer.from(object.digest, 'hex').toString('base64')}:`,
    'Content-Length': String(part.last - part.first + 1),
    ...(range === null ? {} : { 'Content-Range': `bytes ${part.first}-${part.last}/${object.size}` }),
  };
  const begin = (): unknown => response.writeHead(range === null ? 200 : 206, headers);
  if (exchange.method === 'HEAD' || object.size === 0) {
    begin();
    response.end();
    return;
  }
  await sendBlocks(service, response, object, part, begin);
  response.end();
}

async function sendBlocks(
  service: Service,
  response: ServerResponse,
  object: StoredObject,
  part: ByteRange,
  begin: () => unknown,
): Promise<void> {
  const patience = new Patience(service.settings.transferTimeoutMs);
  const firstBlock = Math.floor(part.first / blockSize);
  const lastBlock = Math.floor(part.last / blockSize);
  let index = firstBlock;
  let sent: Promise<void> = Promise.resolve();
  for await (const block of object.blocks(firstBlock, lastBlock)) {
    if (index === firstBlock) begin();
    const start = index++ * blockSize;
    const bytes = block.subarray(Math.max(0, part.first - start), part.last - start + 1);
    // The next block was read and verified while this waits: two blocks of memory for each download.
    await patience.wait(sent);
    patience.renew();
    sent = send(response, bytes);
    sent.catch(() => {});
    service.counters.sentBytes += bytes.length;
  }
  await patience.wait(sent);
}

/** Resolves when the kernel took all of the bytes, so that their memory can be used again. */
function send(response: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const gone = (): void => reject(new ClientGone('the connection ended within a download'));
    if (response.destroyed || response.socket === null) return gone();
    response.once('close', gone);
    response.write(bytes, (error) => {
      response.off('close', gone);
      if (error) gone();
      else resolve();
    });
  });
}

function requestedRange(exchange: Exchange, object: StoredObject): ByteRange | null {
  const { range: header, 'if-range': condition } = exchange.request.headers;
  if (exchange.method !== 'GET' || header === undefined) return null;
  if (condition !== undefined && condition !== entityTag(object.digest)) return null;
  const range = readRange(header, object.size);
  if (range !== 'unsatisfiable') return range;
  throw new Problem(416, 'range-not-satisfiable', `the object has ${object.size} bytes`, {
    'Content-Range': `bytes */${object.size}`,
  });
}

/** What is said of an object whether its bytes are sent or not. */
function immutableHeaders(digest: Digest): Record<string, string> {
  return { ETag: entityTag(digest), 'Cache-Control': 'public, max-age=31536000, immutable' };
}

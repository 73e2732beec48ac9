import { createHash } from 'node:crypto';
import type { Digest } from '../storage/digest.ts';
import { blockSize } from '../storage/object-format.ts';
import { TooLarge, WrongDigest } from '../storage/storage-errors.ts';
import type { Kept } from '../storage/store-types.ts';
import { answerJson, type Exchange, type Service } from './exchange.ts';
import { Patience } from './patience.ts';
import { checkPreconditions } from './preconditions.ts';
import { Problem } from './problem.ts';

/** PUT /objects/<digest>: 201 when it is stored, 200 when it was already. Either answer means that it survives a power cut. */
export async function putObject(service: Service, exchange: Exchange, digest: Digest): Promise<void> {
  const length = announcedLength(exchange);
  checkPreconditions(exchange.request.headers, exchange.method, digest, await service.store.has(digest));
  if (length !== null && length > service.settings.maxObjectBytes) throw tooLarge(service);
  const kept = (await service.store.confirm(digest))
    ? await compareWithStored(service, exchange, digest)
    : await storeBody(service, exchange, digest, length);
  answerKept(exchange, kept, {});
}

/** POST /objects: as PUT, but the daemon computes the digest and says it in Location. */
export async function postObject(service: Service, exchange: Exchange): Promise<void> {
  const kept = await storeBody(service, exchange, null, announcedLength(exchange));
  answerKept(exchange, kept, { Location: `/objects/${kept.digest}` });
}

function answerKept(exchange: Exchange, kept: Kept, headers: Record<string, string>): void {
  answerJson(
    exchange,
    kept.created ? 201 : 200,
    { sha256: kept.digest, size: kept.size, created: kept.created },
    headers,
  );
}

async function storeBody(
  service: Service,
  exchange: Exchange,
  expected: Digest | null,
  length: number | null,
): Promise<Kept> {
  const upload = await service.store.receive(length);
  try {
    await readBody(service, exchange, (chunk) => upload.write(chunk));
    return await service.store.keep(upload, expected);
  } finally {
    await upload.abandon();
  }
}

/** The object is there: nothing is written, but a body that is another object must not be acknowledged as this one. */
async function compareWithStored(service: Service, exchange: Exchange, digest: Digest): Promise<Kept> {
  const hash = createHash('sha256');
  let size = 0;
  await readBody(service, exchange, async (chunk) => {
    size += chunk.length;
    if (size > service.settings.maxObjectBytes) throw tooLarge(service);
    hash.update(chunk);
  });
  const actual = hash.digest('hex');
  if (actual !== digest) throw new WrongDigest(actual);
  if (!(await service.store.has(digest))) {
    throw new Problem(409, 'removed-meanwhile', 'the object was removed while it was put; put it again');
  }
  return { digest, size, created: false };
}

async function readBody(
  service: Service,
  exchange: Exchange,
  take: (chunk: Buffer) => Promise<void>,
): Promise<void> {
  if (exchange.expectsContinue) exchange.response.writeContinue();
  const patience = new Patience(service.settings.transferTimeoutMs);
  let sinceRenewal = 0;
  for (;;) {
    const chunk = await patience.wait(exchange.body.next());
    if (chunk === null) return;
    service.counters.receivedBytes += chunk.length;
    sinceRenewal += chunk.length;
    if (sinceRenewal >= blockSize) {
      sinceRenewal = 0;
      patience.renew();
    }
    await take(chunk);
  }
}

/** Checks what the header says of the body: its length in bytes, or null if it comes in chunks. */
function announcedLength(exchange: Exchange): number | null {
  const { headers } = exchange.request;
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new Problem(
      415,
      'encoded-body',
      'objects are stored as they come: send the bytes without Content-Encoding',
    );
  }
  if (headers['content-range'] !== undefined) {
    throw new Problem(400, 'partial-put', 'an object is put whole: Content-Range is not possible here');
  }
  if (headers['transfer-encoding'] !== undefined) return null;
  if (headers['content-length'] === undefined) {
    throw new Problem(
      411,
      'length-required',
      'send the body with Content-Length or Transfer-Encoding: chunked',
    );
  }
  return Number(headers['content-length']);
}

function tooLarge(service: Service): TooLarge {
  return new TooLarge(`the object is bigger than ${service.settings.maxObjectBytes} bytes`);
}

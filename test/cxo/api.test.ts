import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf } from './acknowledged-writer.ts';
import { openSocket, readToEnd, sendRaw, statusOf } from './raw-http.ts';
import { putBytes, type RunningStore, runningStore } from './running-store.ts';
import { seededBytes } from './seeded-random.ts';

const mebibyte = 1024 * 1024;
const bytes = seededBytes(1, 200_000);
const digest = digestOf(bytes);
const absent = 'ab'.repeat(32);
let store: RunningStore;

test.before(async () => {
  store = await runningStore({ maxObjectBytes: mebibyte, quotaBytes: 3 * mebibyte });
});
test.after(async () => {
  await store.service.stop();
});

test('put: 201 for a new object, 200 for the same again, and the bytes come back', async () => {
  const first = await putBytes(store.url, digest, bytes);
  assert.is(first.status, 201);
  assert.equal(await first.json(), { sha256: digest, size: bytes.length, created: true });
  const second = await putBytes(store.url, digest, bytes);
  assert.is(second.status, 200);
  assert.equal(await second.json(), { sha256: digest, size: bytes.length, created: false });
  const got = await fetch(`${store.url}/objects/${digest}`);
  assert.is(got.status, 200);
  assert.ok(Buffer.from(await got.arrayBuffer()).equals(bytes));
});

test('get: headers for caches and browsers', async () => {
  const { headers } = await fetch(`${store.url}/objects/${digest}`, { method: 'HEAD' });
  assert.is(headers.get('etag'), `"${digest}"`);
  assert.is(headers.get('cache-control'), 'public, max-age=31536000, immutable');
  assert.is(headers.get('content-length'), String(bytes.length));
  assert.is(headers.get('content-type'), 'application/octet-stream');
  assert.is(headers.get('x-content-type-options'), 'nosniff');
  assert.is(headers.get('accept-ranges'), 'bytes');
  assert.is(headers.get('repr-digest'), `sha-256=:${Buffer.from(digest, 'hex').toString('base64')}:`);
});

test('post: the digest is computed and said in Location', async () => {
  const other = seededBytes(2, 70_000);
  const first = await fetch(`${store.url}/objects`, { method: 'POST', body: new Uint8Array(other) });
  assert.is(first.status, 201);
  assert.is(first.headers.get('location'), `/objects/${digestOf(other)}`);
  const second = await fetch(`${store.url}/objects`, { method: 'POST', body: new Uint8Array(other) });
  assert.is(second.status, 200);
  assert.is((await fetch(`${store.url}${second.headers.get('location')}`)).status, 200);
});

test('the empty object can be put and got', async () => {
  const empty = digestOf(Buffer.alloc(0));
  assert.is((await putBytes(store.url, empty, Buffer.alloc(0))).status, 201);
  const got = await fetch(`${store.url}/objects/${empty}`);
  assert.is(got.status, 200);
  assert.is((await got.arrayBuffer()).byteLength, 0);
});

test('objects of every size around a block come back as they were', async () => {
  for (const size of [1, 65_535, 65_536, 65_537, 131_071, 131_072, 131_073]) {
    const content = seededBytes(size, size);
    assert.is((await putBytes(store.url, digestOf(content), content)).status, 201);
    const got = await fetch(`${store.url}/objects/${digestOf(content)}`);
    assert.ok(Buffer.from(await got.arrayBuffer()).equals(content), `size ${size}`);
    assert.is((await fetch(`${store.url}/objects/${digestOf(content)}`, { method: 'DELETE' })).status, 204);
  }
});

test('422: the bytes are not those of the address, new or stored', async () => {
  await refused(await putBytes(store.url, absent, bytes), 422, 'wrong-digest');
  assert.is((await fetch(`${store.url}/objects/${absent}`)).status, 404);
  await refused(await putBytes(store.url, digest, seededBytes(3, 10)), 422, 'wrong-digest');
  assert.is((await fetch(`${store.url}/objects/${digest}`)).status, 200);
});

test('404: no such object, no such path', async () => {
  await refused(await fetch(`${store.url}/objects/${absent}`), 404, 'not-found');
  await refused(await fetch(`${store.url}/objects/${absent}`, { method: 'DELETE' }), 404, 'not-found');
  await refused(await fetch(`${store.url}/nothing`), 404, 'no-such-path');
  await refused(await fetch(`${store.url}/constructor`), 404, 'no-such-path');
  assert.is((await fetch(`${store.url}/objects/${absent}`, { method: 'HEAD' })).status, 404);
});

test('400: an address that is no digest, or tries to be a path', async () => {
  for (const address of [
    digest.toUpperCase(),
    digest.slice(1),
    `${digest}0`,
    'x',
    `${digest}/`,
    `..%2f${digest}`,
  ]) {
    await refused(await fetch(`${store.url}/objects/${address}`), 400, 'bad-digest');
  }
  const climbed = await sendRaw(
    store.port,
    'GET /objects/../../../../etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  );
  assert.is(statusOf(climbed), 400);
});

test('405: with the methods that are possible; OPTIONS names them too', async () => {
  const cases = [
    ['PATCH', `/objects/${digest}`, 'GET, HEAD, PUT, DELETE, OPTIONS'],
    ['PUT', '/objects', 'GET, HEAD, POST, OPTIONS'],
    ['POST', '/health', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/metrics', 'GET, HEAD, OPTIONS'],
    ['GET', '/quarantine', 'DELETE, OPTIONS'],
  ] as const;
  for (const [method, path, allow] of cases) {
    const response = await fetch(store.url + path, { method });
    assert.is(response.headers.get('allow'), allow);
    await refused(response, 405, 'method-not-allowed');
    const options = await fetch(store.url + path, { method: 'OPTIONS' });
    assert.is(options.status, 204);
    assert.is(options.headers.get('allow'), allow);
  }
});

test('411: a put that says nothing of its body', async () => {
  const answer = await sendRaw(
    store.port,
    `PUT /objects/${digest} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
  );
  assert.is(statusOf(answer), 411);
  assert.match(answer, 'length-required');
});

test('412: If-Match and If-None-Match hold for writing', async () => {
  const write = (headers: Record<string, string>, address = digest): Promise<Response> =>
    fetch(`${store.url}/objects/${address}`, { method: 'PUT', headers, body: new Uint8Array(bytes) });
  await refused(await write({ 'If-None-Match': '*' }), 412, 'precondition-failed');
  await refused(await write({ 'If-Match': '*' }, absent), 412, 'precondition-failed');
  assert.is((await write({ 'If-Match': `"${digest}"` })).status, 200);
  const remove = { method: 'DELETE', headers: { 'If-Match': `"${absent}"` } };
  await refused(await fetch(`${store.url}/objects/${digest}`, remove), 412, 'precondition-failed');
});

test('304: If-None-Match on a read', async () => {
  for (const tag of ['*', `"${digest}"`, `W/"${digest}"`, `"x", "${digest}"`]) {
    const response = await fetch(`${store.url}/objects/${digest}`, { headers: { 'If-None-Match': tag } });
    assert.is(response.status, 304, tag);
    assert.is(response.headers.get('etag'), `"${digest}"`);
  }
  const other = await fetch(`${store.url}/objects/${digest}`, {
    headers: { 'If-None-Match': `"${absent}"` },
  });
  assert.is(other.status, 200);
  await other.arrayBuffer();
  const missing = await fetch(`${store.url}/objects/${absent}`, { headers: { 'If-None-Match': '*' } });
  assert.is(missing.status, 404);
});

test('413: too big, announced or found out', async () => {
  const big = Buffer.alloc(mebibyte + 1);
  await refused(await putBytes(store.url, digestOf(big), big), 413, 'too-large');
  const socket = await openSocket(store.port);
  socket.write(
    'POST /objects HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n',
  );
  socket.write(`${big.length.toString(16)}\r\n`);
  socket.write(big);
  socket.write('\r\n0\r\n\r\n');
  assert.is(statusOf(await readToEnd(socket)), 413);
  const known = await sendRaw(
    store.port,
    `PUT /objects/${digest} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 99999999999\r\n\r\n`,
  );
  assert.is(statusOf(known), 413);
});

test('413 reaches a client that reads only after it has sent everything', async () => {
  const socket = await openSocket(store.port);
  socket.pause();
  const size = 16 * mebibyte;
  socket.write(`POST /objects HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`);
  await new Promise((resolve) => socket.write(Buffer.alloc(size), resolve));
  const answer = readToEnd(socket);
  socket.resume();
  assert.is(statusOf(await answer), 413);
});

test('413 comes before the body when the client waits with it', async () => {
  const answer = await sendRaw(
    store.port,
    `PUT /objects/${digest} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n`,
  );
  assert.is(statusOf(answer), 413);
  assert.not.match(answer, '100 Continue');
});

test('100: a client that waits with the body is told to go on', async () => {
  const socket = await openSocket(store.port);
  socket.write(
    'POST /objects HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n',
  );
  socket.once('data', () => socket.write('hi'));
  const answer = await readToEnd(socket);
  assert.match(answer, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 201 Created\r\n/);
});

test('415, 400, 417, 403: bodies and headers that are not possible', async () => {
  const put = (headers: Record<string, string>): Promise<Response> =>
    fetch(`${store.url}/objects/${digest}`, { method: 'PUT', headers, body: new Uint8Array(bytes) });
  await refused(await put({ 'Content-Encoding': 'gzip' }), 415, 'encoded-body');
  await refused(await put({ 'Content-Range': 'bytes 0-1/2' }), 400, 'partial-put');
  await refused(await put({ Origin: 'http://evil.example' }), 403, 'cross-site');
  assert.is((await put({ 'Content-Encoding': 'identity' })).status, 200);
  const expectation = await sendRaw(
    store.port,
    'POST /objects HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: wonders\r\nContent-Length: 0\r\n\r\n',
  );
  assert.is(statusOf(expectation), 417);
});

test('507: the quota is used up, and says what to do', async () => {
  const fill = [10, 11, 12].map((seed) => seededBytes(seed, 1_000_000));
  const statuses: number[] = [];
  for (const object of fill) statuses.push((await putBytes(store.url, digestOf(object), object)).status);
  assert.equal(statuses, [201, 201, 507]);
  const last = await putBytes(store.url, digestOf(fill[2]!), fill[2]!);
  const { message } = await refused(last, 507, 'no-space');
  assert.match(message, 'delete objects');
  for (const object of fill) await fetch(`${store.url}/objects/${digestOf(object)}`, { method: 'DELETE' });
});

test('delete: 204, and the object is gone', async () => {
  const content = seededBytes(4, 100);
  await putBytes(store.url, digestOf(content), content);
  assert.is((await fetch(`${store.url}/objects/${digestOf(content)}`, { method: 'DELETE' })).status, 204);
  assert.is((await fetch(`${store.url}/objects/${digestOf(content)}`)).status, 404);
});

test('a GET with a body does not confuse the next request', async () => {
  const body = 'x'.repeat(10);
  const answer = await sendRaw(
    store.port,
    `GET /health HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n${body}GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
  );
  assert.is(answer.match(/HTTP\/1\.1 200 OK/g)?.length, 2);
});

test('whole addresses, HTTP/1.0 and /, /health, /statistics', async () => {
  const whole = await sendRaw(
    store.port,
    'GET http://store:8003/health HTTP/1.1\r\nHost: store\r\nConnection: close\r\n\r\n',
  );
  assert.is(statusOf(whole), 200);
  assert.is(statusOf(await sendRaw(store.port, 'GET /health HTTP/1.0\r\n\r\n')), 200);
  const start = (await (await fetch(store.url)).json()) as { paths: string[] };
  assert.ok(start.paths.includes('/objects'));
  const health = await fetch(`${store.url}/health`);
  assert.equal(await health.json(), { status: 'ok' });
  assert.is(health.headers.get('cache-control'), 'no-store');
  const statistics = (await (await fetch(`${store.url}/statistics`)).json()) as Record<string, unknown>;
  assert.is(statistics.quota_bytes, 3 * mebibyte);
  assert.is(statistics.reserved_bytes, 0);
});

async function refused(response: Response, status: number, error: string): Promise<{ message: string }> {
  assert.is(response.status, status);
  assert.is(response.headers.get('content-type'), 'application/json');
  const body = (await response.json()) as { error: string; message: string };
  assert.is(body.error, error);
  assert.ok(body.message.length > 10);
  return body;
}

test.run();

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf } from './acknowledged-writer.ts';
import { openSocket, readToEnd, sendRaw, statusOf } from './raw-http.ts';
import { putBytes, type RunningStore, runningStore, until } from './running-store.ts';
import { seededBytes, seededRandom } from './seeded-random.ts';

const bytes = seededBytes(1, 1000);
const digest = digestOf(bytes);
let store: RunningStore;

test.before(async () => {
  store = await runningStore({ headerTimeoutMs: 500, transferTimeoutMs: 500, idleTimeoutMs: 500 });
  await putBytes(store.url, digest, bytes);
});
test.after(async () => {
  await store.service.stop();
});

const close = 'Host: a\r\nConnection: close\r\n';
const cases: readonly [string, string, number][] = [
  ['no HTTP at all', 'hello\r\n\r\n', 400],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
  ['no Host', 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
  ['a future version', `GET /health HTTP/3.7\r\n${close}\r\n`, 400],
  ['an unknown method', `FROB /health HTTP/1.1\r\n${close}\r\n`, 400],
  ['a method that is not for here', `PROPFIND /health HTTP/1.1\r\n${close}\r\n`, 405],
  ['CONNECT', `CONNECT a:80 HTTP/1.1\r\n${close}\r\n`, 400],
  [
    'an upgrade is not taken up',
    `GET /health HTTP/1.1\r\nHost: a\r\nConnection: close, Upgrade\r\nUpgrade: h2c\r\n\r\n`,
    200,
  ],
  ['a space in a header name', `GET /health HTTP/1.1\r\n${close}Bad Name: x\r\n\r\n`, 400],
  ['a NUL in a header', `GET /health HTTP/1.1\r\n${close}X: a\0b\r\n\r\n`, 400],
  ['two lengths', `POST /objects HTTP/1.1\r\n${close}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`, 400],
  [
    'a length and chunks',
    `POST /objects HTTP/1.1\r\n${close}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
  ],
  ['a negative length', `POST /objects HTTP/1.1\r\n${close}Content-Length: -1\r\n\r\n`, 400],
  ['a length that is no number', `POST /objects HTTP/1.1\r\n${close}Content-Length: 1e3\r\n\r\n`, 400],
  [
    'an enormous length',
    `POST /objects HTTP/1.1\r\n${close}Content-Length: 99999999999999999999999\r\n\r\n`,
    400,
  ],
  ['a wrong chunk size', `POST /objects HTTP/1.1\r\n${close}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`, 400],
  [
    'an unknown transfer encoding',
    `POST /objects HTTP/1.1\r\n${close}Transfer-Encoding: gzip\r\n\r\nabc`,
    400,
  ],
  ['a header of 9 KiB', `GET /health HTTP/1.1\r\n${close}X: ${'x'.repeat(9000)}\r\n\r\n`, 431],
  ['an address of 9 KiB', `GET /${'x'.repeat(9000)} HTTP/1.1\r\n${close}\r\n`, 431],
  ['a thousand headers', `GET /health HTTP/1.1\r\n${close}${'a: b\r\n'.repeat(2000)}\r\n`, 431],
  ['a path that climbs', `GET /objects/../objects/${digest} HTTP/1.1\r\n${close}\r\n`, 400],
  ['an encoded slash', `GET /objects%2f${digest} HTTP/1.1\r\n${close}\r\n`, 404],
  ['a NUL in the path', `GET /objects/${digest}%00 HTTP/1.1\r\n${close}\r\n`, 400],
  ['a doubled slash', `GET //objects/${digest} HTTP/1.1\r\n${close}\r\n`, 404],
  ['a query that is no URL encoding', `GET /objects?limit=%ZZ HTTP/1.1\r\n${close}\r\n`, 400],
  ['an empty query is none', `GET /objects/${digest}? HTTP/1.1\r\n${close}\r\n`, 200],
  ['* for OPTIONS', `OPTIONS * HTTP/1.1\r\n${close}\r\n`, 404],
];
for (const [what, request, status] of cases) {
  test(`${what}: ${status}`, async () => {
    const answer = await sendRaw(store.port, Buffer.from(request, 'latin1'));
    assert.is(statusOf(answer), status, answer.slice(0, 200));
    const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
    if (status !== 200 && request.startsWith('HEAD') === false) {
      assert.ok(typeof (JSON.parse(body) as { error: string }).error === 'string');
    }
  });
}

test('a connection that ends anywhere in a request leaves nothing behind', async () => {
  const request = `PUT /objects/${digest.replace(/^./, '0')} HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n`;
  for (let length = 1; length < request.length + 1000; length += 97) {
    const socket = await openSocket(store.port);
    socket.end(Buffer.concat([Buffer.from(request), bytes]).subarray(0, length));
    await readToEnd(socket);
  }
  await until(() => readdirSync(join(store.folder, 'incoming')).length === 0, 'nothing is left');
});

test('500 requests with random damage: the store lives, and its object is what it was', async () => {
  const random = seededRandom(8);
  const whole = [
    `GET /objects/${digest} HTTP/1.1\r\nHost: a\r\nRange: bytes=1-5\r\nConnection: close\r\n\r\n`,
    `PUT /objects/${digest} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc`,
    'POST /objects HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
    'GET /objects?after=&limit=5 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  ];
  const damaged = (): Buffer => {
    const request = Buffer.from(whole[Math.floor(random() * whole.length)]!, 'latin1');
    for (let flips = Math.ceil(random() * 4); flips > 0; flips--) {
      request[Math.floor(random() * request.length)] = Math.floor(random() * 256);
    }
    return random() < 0.2 ? request.subarray(0, Math.floor(random() * request.length)) : request;
  };
  for (let batch = 0; batch < 10; batch++) {
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        const socket = await openSocket(store.port);
        // An end of what we send, so that the server need not wait for the rest of a request that is none.
        socket.end(damaged());
        const status = statusOf(await readToEnd(socket));
        assert.ok(status === null || status < 500 || status === 503, String(status));
      }),
    );
  }
  const got = await fetch(`${store.url}/objects/${digest}`);
  assert.ok(bytes.equals(Buffer.from(await got.arrayBuffer())));
  // A client may see its connection closed before what it sent is cleaned away.
  await until(() => readdirSync(join(store.folder, 'incoming')).length === 0, 'nothing is left of uploads');
  assert.not.ok(store.events.some(({ event }) => event === 'request-failed'));
});

test.run();

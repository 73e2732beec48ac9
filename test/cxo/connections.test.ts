import { readdirSync } from 'node:fs';
import type { Socket } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf } from './acknowledged-writer.ts';
import { openSocket, readToEnd, statusOf } from './raw-http.ts';
import { putBytes, runningStore, until } from './running-store.ts';
import { seededBytes } from './seeded-random.ts';

function descriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

/** What the server sends first on a connection; an empty text if it closes it. */
function firstAnswer(socket: Socket, request: string): Promise<string> {
  return new Promise((resolve) => {
    socket.once('data', (chunk: Buffer) => resolve(chunk.toString('latin1')));
    socket.once('close', () => resolve(''));
    if (socket.closed) resolve('');
    socket.write(request);
  });
}

test('500 connections: as many as allowed are served, the rest is told so or closed, health is answered throughout', async () => {
  const store = await runningStore({ maxConnections: 400, idleTimeoutMs: 20_000 });
  const bytes = seededBytes(1, 1000);
  await putBytes(store.url, digestOf(bytes), bytes);
  const before = descriptors();
  const sockets: Socket[] = [];
  for (let count = 0; count < 500; count++) sockets.push(await openSocket(store.port));
  const request = `GET /objects/${digestOf(bytes)} HTTP/1.1\r\nHost: a\r\n\r\n`;
  const statuses = await Promise.all(
    sockets.map(async (socket) => statusOf(await firstAnswer(socket, request))),
  );
  const count = (status: number | null): number => statuses.filter((one) => one === status).length;
  // fetch() above keeps a connection or two of its own.
  assert.ok(count(200) >= 395 && count(200) <= 400, `${count(200)} served`);
  assert.ok(count(503) >= 64, `${count(503)} told`);
  assert.ok(count(503) <= 80, `${count(503)} told`);
  assert.is(count(200) + count(503) + count(null), 500);
  for (const socket of sockets) socket.destroy();
  await until(
    async () => (await fetch(`${store.url}/objects/${digestOf(bytes)}`)).status === 200,
    'served again',
  );
  const metrics = await (await fetch(`${store.url}/metrics`)).text();
  assert.match(metrics, /^cxo_connections_refused_total [1-9]/m);
  await until(() => descriptors() <= before + 4, 'all descriptors are closed');
  await store.service.stop();
});

test('a connection over the limit still gets /health', async () => {
  const store = await runningStore({ maxConnections: 2, idleTimeoutMs: 20_000 });
  const held = [await openSocket(store.port), await openSocket(store.port)];
  const surplus = await openSocket(store.port);
  const health = 'GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
  assert.is(statusOf(await firstAnswer(surplus, health)), 200);
  const other = await openSocket(store.port);
  other.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  const answer = await readToEnd(other);
  assert.is(statusOf(answer), 503);
  assert.match(answer, /^Retry-After: 1\r$/m);
  for (const socket of held) socket.destroy();
  await store.service.stop();
});

test('200 uploads and downloads at the same time all come out right', async () => {
  const store = await runningStore({ maxConnections: 400 });
  const objects = Array.from({ length: 200 }, (_, seed) => seededBytes(seed, 30_000 + seed * 500));
  const puts = await Promise.all(objects.map((bytes) => putBytes(store.url, digestOf(bytes), bytes)));
  assert.ok(puts.every((response) => response.status === 201));
  const gets = await Promise.all(
    objects.map(async (bytes) => {
      const response = await fetch(`${store.url}/objects/${digestOf(bytes)}`);
      return bytes.equals(Buffer.from(await response.arrayBuffer()));
    }),
  );
  assert.ok(gets.every(Boolean));
  await store.service.stop();
});

test('requests in one go on one connection are answered in order; endless ones end the connection', async () => {
  const store = await runningStore();
  const few = await openSocket(store.port);
  const request = 'GET /health HTTP/1.1\r\nHost: a\r\n\r\n';
  few.write(`${request.repeat(9)}GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  const answers = await readToEnd(few);
  assert.is(answers.match(/HTTP\/1\.1 200 OK/g)?.length, 10);
  assert.match(answers, /"service":"cxo"[^\n]*\n$/);
  const many = await openSocket(store.port);
  many.write(request.repeat(2000));
  const answered = (await readToEnd(many)).match(/HTTP\/1\.1 200 OK/g)?.length ?? 0;
  assert.ok(answered < 100, `${answered} answered`);
  assert.is((await fetch(`${store.url}/health`)).status, 200);
  await store.service.stop();
});

test.run();

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf } from './acknowledged-writer.ts';
import { openSocket, readToEnd, statusOf } from './raw-http.ts';
import { putBytes, type RunningStore, runningStore, until } from './running-store.ts';
import { seededBytes } from './seeded-random.ts';

/** More than the kernel buffers between two sockets. */
const huge = Buffer.alloc(24 * 1024 * 1024, 'huge');
let store: RunningStore;

test.before(async () => {
  store = await runningStore({ headerTimeoutMs: 300, transferTimeoutMs: 300, idleTimeoutMs: 300 });
});
test.after(async () => {
  await store.service.stop();
});

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${store.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
}

/** Sends a byte now and then for as long as the server listens. */
async function trickle(port: number, head: string): Promise<string> {
  const socket = await openSocket(port);
  socket.write(head);
  const timer = setInterval(() => socket.write('a'), 50);
  const answer = await readToEnd(socket);
  clearInterval(timer);
  return answer;
}

test('a connection that says nothing is closed', async () => {
  const socket = await openSocket(store.port);
  const answer = await readToEnd(socket);
  assert.ok(answer === '' || statusOf(answer) === 408);
});

test('a header that trickles in is given up', async () => {
  const answer = await trickle(store.port, 'GET /health HTTP/1.1\r\nHost: a\r\nX-');
  assert.is(statusOf(answer), 408);
  assert.match(answer, 'too-slow');
});

test('a body that stops or trickles is given up, and nothing is left of it', async () => {
  const head = 'POST /objects HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nabc';
  const stopped = await openSocket(store.port);
  stopped.write(head);
  assert.is(statusOf(await readToEnd(stopped)), 408);
  assert.is(statusOf(await trickle(store.port, head)), 408);
  assert.equal(readdirSync(join(store.folder, 'incoming')), []);
});

test('a body that moves is taken however long it takes', async () => {
  const bytes = seededBytes(1, 10 * 65_536);
  const socket = await openSocket(store.port);
  socket.write(
    `POST /objects HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${bytes.length}\r\n\r\n`,
  );
  const answer = readToEnd(socket);
  for (let start = 0; start < bytes.length; start += 65_536) {
    socket.write(bytes.subarray(start, start + 65_536));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.is(statusOf(await answer), 201);
});

test('a reader that does not read is given up', async () => {
  await putBytes(store.url, digestOf(huge), huge);
  const before = await metric('cxo_aborted_requests_total');
  const socket = await openSocket(store.port);
  socket.pause();
  socket.write(`GET /objects/${digestOf(huge)} HTTP/1.1\r\nHost: a\r\n\r\n`);
  await until(async () => (await metric('cxo_aborted_requests_total')) > before, 'the reader was given up');
  socket.destroy();
});

test('a client that leaves in the middle of a download costs nothing afterwards', async () => {
  const descriptors = (): number => readdirSync('/proc/self/fd').length;
  await until(async () => (await metric('cxo_connections')) <= 1, 'other connections are gone');
  const before = descriptors();
  for (let round = 0; round < 10; round++) {
    const socket = await openSocket(store.port);
    socket.write(`GET /objects/${digestOf(huge)} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
  }
  await until(() => descriptors() <= before, 'all descriptors are closed');
});

test('an idle connection is closed', async () => {
  const socket = await openSocket(store.port);
  socket.write('GET /health HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.is(statusOf(await readToEnd(socket)), 200);
});

test.run();

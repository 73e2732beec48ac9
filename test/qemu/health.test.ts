import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import type { BootableImage } from '../../qemu/bootable-image.ts';
import { checkHealth } from '../../qemu/health.ts';
import type { Forward } from '../../qemu/machine-options.ts';
import { fakeImage } from './fake-machine.ts';

const test = suite("the daemon's health over the network");
const options = { timeoutMs: 30_000, signal: new AbortController().signal };
const servers: Server[] = [];

async function listening(server: Server): Promise<Forward[]> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = (server.address() as AddressInfo).port;
  return [{ name: 'http', protocol: 'tcp', guest: 8080, host }];
}

const serving = (listener: RequestListener): Promise<Forward[]> => listening(createHttpServer(listener));
const knocking: BootableImage = { ...fakeImage, health: { port: 8080, path: null } };

async function failure(promise: Promise<unknown>): Promise<BoardsmithError> {
  const error = await promise.then(
    () => null,
    (cause: unknown) => cause,
  );
  assert.instance(error, BoardsmithError);
  return error as BoardsmithError;
}

test.after(() => {
  for (const server of servers) server.close();
});

test('a 2xx passes, and what was asked is the recipe path', async () => {
  const forwards = await serving((request, response) => {
    response.writeHead(request.url === '/health' ? 204 : 404).end();
  });
  const answer = await checkHealth(fakeImage, forwards, options);
  assert.equal(answer, { asked: `http://127.0.0.1:${forwards[0]!.host}/health`, status: 204, body: '' });
});

test('an answer that is not well, and a connection that is dropped, are tried again', async () => {
  let asked = 0;
  const forwards = await serving((request, response) => {
    asked += 1;
    if (asked === 1) request.socket.destroy();
    else response.writeHead(asked === 2 ? 503 : 200).end('fine');
  });
  assert.is((await checkHealth(fakeImage, forwards, options))?.body, 'fine');
  assert.is(asked, 3);
});

test('a daemon that is never well fails with its last answer', async () => {
  const forwards = await serving((_, response) => void response.writeHead(503).end('no disk'));
  const error = await failure(checkHealth(fakeImage, forwards, { ...options, timeoutMs: 2000 }));
  assert.is(error.code, 'BOOT_FAILED');
  assert.match(error.message, /answered 503: no disk/);
});

test('nobody there, and a daemon that accepts and never answers, fail when the time is up', async () => {
  const forward: Forward = { name: 'http', protocol: 'tcp', guest: 8080, host: 1 };
  const short = { ...options, timeoutMs: 1000 };
  assert.match((await failure(checkHealth(fakeImage, [forward], short))).message, /ECONNREFUSED/);
  const mute = createServer((socket) => socket.on('error', () => {}));
  assert.is((await failure(checkHealth(fakeImage, await listening(mute), short))).code, 'BOOT_FAILED');
});

test('it stops with its signal', async () => {
  const controller = new AbortController();
  const forward: Forward = { name: 'http', protocol: 'tcp', guest: 8080, host: 1 };
  setTimeout(() => controller.abort(), 50);
  const error = await failure(checkHealth(fakeImage, [forward], { ...options, signal: controller.signal }));
  assert.is(error.code, 'INTERRUPTED');
});

test('a daemon without HTTP passes by holding a connection, not by one that is closed at once', async () => {
  const holding = createServer((socket) => socket.on('error', () => {}));
  assert.is((await checkHealth(knocking, await listening(holding), options))?.status, null);
  const closing = createServer((socket) => socket.end());
  const short = { ...options, timeoutMs: 3000 };
  assert.match((await failure(checkHealth(knocking, await listening(closing), short))).message, /was closed/);
});

test('a recipe without a check that a host could ask has none; a check whose port is not forwarded fails', async () => {
  assert.is(await checkHealth({ ...fakeImage, health: null }, [], options), null);
  assert.match((await failure(checkHealth(fakeImage, [], options))).message, /port 8080.*not forwarded/);
});

test.run();

import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { connectQmp, type QmpClient, type QmpEvent } from '../../qemu/qmp.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { soon } from './fake-machine.ts';

const test = suite("QEMU's control socket");
const folder = temporaryFolder('qmp');
const greeting = '{"QMP": {"version": {}, "capabilities": ["oob"]}}\r\n';
let sockets = 0;

/** A server that hands every command to `answer`, and a client of it. */
async function pair(
  answer: (command: string, socket: Socket) => void,
  onEvent?: (event: QmpEvent) => void,
): Promise<{ client: QmpClient; close: () => void }> {
  sockets += 1;
  const path = join(folder, `${sockets}.sock`);
  const open: Socket[] = [];
  const server = createServer((socket) => {
    open.push(socket);
    socket.on('error', () => {});
    socket.write(greeting);
    socket.setEncoding('utf8');
    socket.on('data', (text) => {
      for (const line of String(text).trim().split('\n')) {
        const { execute } = JSON.parse(line) as { execute: string };
        if (execute === 'qmp_capabilities') socket.write('{"return": {}}\r\n');
        else answer(execute, socket);
      }
    });
  });
  // The client is there first, as it is in a machine.
  const connected = connectQmp(path, new AbortController().signal, onEvent);
  setTimeout(() => server.listen(path), 40);
  const close = (): void => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  return { client: await connected, close };
}

async function rejection(promise: Promise<unknown>): Promise<string> {
  const error = await soon(promise).then(
    () => null,
    (cause: unknown) => cause,
  );
  assert.instance(error, BoardsmithError);
  return (error as BoardsmithError).message;
}

test('answers belong to their commands, also if they come in pieces or together', async () => {
  const asked: string[] = [];
  const { client, close } = await pair((command, socket) => {
    asked.push(command);
    if (asked.length < 2) return;
    const text = asked.map((name) => `{"return": "${name}"}\r\n`).join('');
    socket.write(text.slice(0, 7));
    setTimeout(() => socket.write(text.slice(7)), 20);
  });
  assert.equal(await Promise.all([client.execute('a'), client.execute('b')]), ['a', 'b']);
  close();
});

test('events are kept in order and told, also between a command and its answer', async () => {
  const told: string[] = [];
  const { client, close } = await pair(
    (_, socket) => {
      socket.write(
        '{"timestamp": {}, "event": "POWERDOWN"}\r\n{"event": "SHUTDOWN", "data": {"reason": "guest-reset"}}\r\n',
      );
      socket.write('{"return": {}}\r\n');
    },
    ({ event }) => told.push(event),
  );
  await client.execute('system_powerdown');
  assert.equal(told, ['POWERDOWN', 'SHUTDOWN']);
  assert.equal(client.events[1], { event: 'SHUTDOWN', data: { reason: 'guest-reset' } });
  close();
});

test('a refusal names the command and the reason', async () => {
  const { client, close } = await pair((_, socket) => {
    socket.write('{"error": {"class": "CommandNotFound", "desc": "The command x has not been found"}}\r\n');
  });
  assert.is(await rejection(client.execute('x')), "QEMU's x failed: The command x has not been found");
  close();
});

test('a QEMU that ends, or sends what is no JSON, fails what waits and what is asked later', async () => {
  for (const answer of [
    (socket: Socket) => socket.destroy(),
    (socket: Socket) => socket.write('segfault\r\n'),
  ]) {
    const { client, close } = await pair((_, socket) => void answer(socket));
    assert.match(await rejection(client.execute('query-status')), /ended before it answered/);
    await soon(client.closed);
    assert.match(await rejection(client.execute('query-status')), /QEMU has ended/);
    close();
  }
});

test('a signal ends the wait for a socket that never comes', async () => {
  const controller = new AbortController();
  const connecting = connectQmp(join(folder, 'never.sock'), controller.signal);
  setTimeout(() => controller.abort(), 50);
  await connecting.then(
    () => assert.unreachable(),
    (error: Error) => assert.is(error.name, 'AbortError'),
  );
});

test('a socket that closes before its greeting fails the connection', async () => {
  const path = join(folder, 'mute.sock');
  const server = createServer((socket) => socket.destroy()).listen(path);
  await once(server, 'listening');
  assert.match(await rejection(connectQmp(path, new AbortController().signal)), /QEMU has ended/);
  server.close();
});

test.run();

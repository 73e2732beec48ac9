import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { appendArchive } from '../../qemu/probe/probe-boot.ts';
import { connectProbe, type ProbeClient } from '../../qemu/probe/probe-client.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite("the test's end of the probe's line");
const folder = temporaryFolder('probe-client');
let count = 0;

/** A probe that answers each request line with what `answer` returns. */
async function probe(
  answer: (request: string) => string | null,
  signal: AbortSignal = new AbortController().signal,
): Promise<{ client: ProbeClient; close: () => void; sockets: Socket[] }> {
  count += 1;
  const path = join(folder, `${count}.sock`);
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.setEncoding('utf8');
    socket.on('error', () => {});
    socket.on('data', (text) => {
      for (const line of String(text).split('\n').slice(0, -1)) {
        const reply = line === 'h' ? '0 3\n145' : answer(line);
        if (reply === null) socket.destroy();
        // A byte at a time, as a slow line brings it.
        else for (const byte of Buffer.from(reply)) socket.write(Buffer.from([byte]));
      }
    });
  });
  const connecting = connectProbe(path, signal);
  connecting.catch(() => {});
  server.listen(path);
  const close = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { client: await connecting, close, sockets };
}

async function failure(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => null,
    (cause: unknown) => cause,
  );
  assert.instance(error, BoardsmithError);
  return (error as BoardsmithError).message;
}

test('it greets, and answers belong to their requests also when those overlap', async () => {
  const { client, close } = await probe((request) => {
    const text = `answer to ${request}\n`;
    return `0 ${text.length}\n${text}`;
  });
  assert.is(client.pid, 145);
  const answers = await Promise.all(['r 1/status', 'd .', 'l 1/exe'].map((request) => client.ask(request)));
  assert.equal(
    answers.map(({ content }) => content.toString()),
    ['answer to r 1/status\n', 'answer to d .\n', 'answer to l 1/exe\n'],
  );
  assert.is(await client.readText('x'), 'answer to r x\n');
  close();
});

test('a file that is not there is null; one that cannot be read is an error, not nothing', async () => {
  let errno = 2;
  const { client, close } = await probe(() => `${errno} 0\n`);
  assert.is(await client.readText('999/status'), null);
  errno = 3;
  assert.is(await client.readText('999/stat'), null);
  errno = 12;
  assert.match(await failure(client.readText('sys/kernel/modules_disabled')), /cannot read .* errno 12/);
  close();
});

test('a request that would be two is refused here', async () => {
  const { client, close } = await probe(() => '0 0\n');
  await client.ask('r a\nk 1 9').then(
    () => assert.unreachable(),
    (error: Error) => assert.instance(error, RangeError),
  );
  close();
});

test('a line that ends, or carries what is no answer, fails every request', async () => {
  for (const reply of [null, 'segmentation fault\n']) {
    const { client, close } = await probe(() => reply);
    const both = [client.ask('r a'), client.ask('r b')];
    for (const asked of both) assert.match(await failure(asked), /does not answer/);
    assert.match(await failure(client.ask('r c')), /does not answer/);
    close();
  }
});

test('its signal ends a wait for a probe that is not there, and for an answer that does not come', async () => {
  const never = new AbortController();
  setTimeout(() => never.abort(), 50);
  assert.match(await failure(connectProbe(join(folder, 'never.sock'), never.signal)), /does not answer/);
  const controller = new AbortController();
  const { client, close } = await probe(() => '', controller.signal);
  const asked = client.ask('r a');
  controller.abort();
  assert.match(await failure(asked), /does not answer/);
  close();
});

test('an archive is appended where the kernel looks for it', () => {
  for (const length of [4, 5, 6, 7, 8]) {
    const joined = appendArchive(Buffer.alloc(length, 1), Buffer.from('070701'));
    const at = joined.indexOf('070701');
    assert.is(at % 4, 0);
    assert.ok(at - length < 4);
    assert.ok(joined.subarray(length, at).every((byte) => byte === 0));
  }
});

test.run();

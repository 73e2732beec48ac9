import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { digestOf } from './acknowledged-writer.ts';
import { openSocket, readToEnd, statusOf } from './raw-http.ts';
import { runningStore, until } from './running-store.ts';
import { seededBytes } from './seeded-random.ts';
import { spawnDaemon } from './spawned-daemon.ts';

const bytes = seededBytes(1, 200_000);
const head = `POST /objects HTTP/1.1\r\nHost: a\r\nContent-Length: ${bytes.length}\r\n\r\n`;

test('the daemon says that it is ready once, on its descriptor, when it can be reached', async () => {
  const daemon = await spawnDaemon({ CXO_DATA: temporaryFolder('cxo') });
  assert.is(await daemon.ready, 'ready\n');
  assert.is((await fetch(`${daemon.url}/health`)).status, 200);
  daemon.child.kill('SIGINT');
  assert.equal(await daemon.ended, { code: 0, signal: null });
});

test('SIGTERM: an upload in flight ends well, idle connections are closed, new ones refused, exit 0', async () => {
  const folder = temporaryFolder('cxo');
  const daemon = await spawnDaemon({
    CXO_DATA: folder,
    CXO_IDLE_TIMEOUT_S: '600',
    CXO_STOP_TIMEOUT_S: '120',
  });
  const idle = await openSocket(daemon.port);
  idle.write('GET /health HTTP/1.1\r\nHost: a\r\n\r\n');
  await new Promise((resolve) => idle.once('data', resolve));
  const upload = await openSocket(daemon.port);
  upload.write(head);
  upload.write(bytes.subarray(0, 100_000));
  await until(() => readdirSync(join(folder, 'incoming')).length === 1, 'the upload began');
  daemon.child.kill('SIGTERM');
  await until(() => daemon.events.some(({ event }) => event === 'stopping'), 'it is stopping');
  await readToEnd(idle);
  assert.ok(
    await openSocket(daemon.port).then(
      () => false,
      () => true,
    ),
  );
  upload.write(bytes.subarray(100_000));
  assert.is(statusOf(await readToEnd(upload)), 201);
  assert.equal(await daemon.ended, { code: 0, signal: null });
  assert.equal(daemon.events.at(-1)!.event, 'stopped');
  assert.is(daemon.events.at(-1)!.fields.orderly, true);
  assert.ok(readdirSync(join(folder, 'objects', digestOf(bytes).slice(0, 2))).includes(digestOf(bytes)));
});

test('an upload that does not end is dropped after the time allowed, exit 0', async () => {
  const folder = temporaryFolder('cxo');
  const daemon = await spawnDaemon({ CXO_DATA: folder, CXO_STOP_TIMEOUT_S: '0' });
  const upload = await openSocket(daemon.port);
  upload.write(head);
  await until(() => readdirSync(join(folder, 'incoming')).length === 1, 'the upload began');
  daemon.child.kill('SIGTERM');
  await readToEnd(upload);
  assert.equal(await daemon.ended, { code: 0, signal: null });
  assert.is(daemon.events.at(-1)!.fields.orderly, false);
});

test('a request on a connection that is kept while stopping is answered with 503 or not at all', async () => {
  const store = await runningStore({ stopTimeoutMs: 120_000 });
  const upload = await openSocket(store.port);
  upload.write(head);
  await until(() => readdirSync(join(store.folder, 'incoming')).length === 1, 'the upload began');
  const stopped = store.service.stop();
  // The next request waits behind the upload on the same connection.
  upload.write(Buffer.concat([bytes, Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')]));
  const answers = await readToEnd(upload);
  assert.is(statusOf(answers), 201);
  assert.not.match(answers, 'HTTP/1.1 200');
  assert.is(await stopped, true);
});

test('mistakes in the environment: exit 2, and nothing is listened on', async () => {
  const failed = await spawnDaemon({ CXO_PORT: 'x', CXO_DATA: 'relative' }).catch(
    (error: Error) => error.message,
  );
  assert.is(failed, 'the daemon ended with 2 before it listened');
});

test('a data folder that is not there: exit 1, and the log says so', async () => {
  const failed = await spawnDaemon({ CXO_DATA: '/nonexistent/data' }).catch((error: Error) => error.message);
  assert.is(failed, 'the daemon ended with 1 before it listened');
});

test.run();

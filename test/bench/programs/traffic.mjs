// Traffic through a router, from one namespace to another. `serve HOST PORT` answers each chunk with one byte less than nothing: it echoes chunks of
// one byte and swallows larger ones; the others print a number: `stream HOST PORT BYTES` bytes a second, `turns HOST PORT COUNT` and
// `connects HOST PORT COUNT` microseconds each.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

const [mode, host, port, amount] = process.argv.slice(2);
const count = Number(amount);
const chunkBytes = 256 * 1024;

async function open() {
  const socket = connect({ host, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  return socket;
}

/** Until the other end has taken all of it: it says so by ending. */
async function stream() {
  const socket = await open();
  const chunk = Buffer.alloc(chunkBytes);
  const started = process.hrtime.bigint();
  for (let sent = 0; sent < count; sent += chunk.length) {
    if (!socket.write(chunk)) await once(socket, 'drain');
  }
  socket.end();
  socket.resume();
  await once(socket, 'end');
  return (count * 1e9) / Number(process.hrtime.bigint() - started);
}

async function turns() {
  const socket = await open();
  const started = process.hrtime.bigint();
  for (let turn = 0; turn < count; turn += 1) {
    socket.write('x');
    await once(socket, 'data');
  }
  const took = process.hrtime.bigint() - started;
  socket.destroy();
  return Number(took) / 1000 / count;
}

async function connects() {
  const started = process.hrtime.bigint();
  for (let turn = 0; turn < count; turn += 1) (await open()).resetAndDestroy();
  return Number(process.hrtime.bigint() - started) / 1000 / count;
}

if (mode === 'serve') {
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      if (chunk.length === 1) socket.write(chunk);
    });
  });
  server.listen(Number(port), host, () => console.log('ready'));
} else {
  const measure = { stream, turns, connects }[mode];
  console.log(await measure());
}

// Stands in QEMU's place: plays a script given as JSON in its only argument, then stays until it is killed. It ignores SIGTERM.
// steps: {say, complain, connected (waits for the control socket to be used), wait, child, exit, crash} in order; `qmp`: answers on ./qmp.sock; `http`: HTTP statuses, one an answer, the last one
// for ever; `mute`: true accepts the control socket's connection and says nothing, a command's name does not answer that one; `powerKey`: what it says when the power key is pressed, then it ends as after a power-off (null: nothing happens), but not the first `lostPresses` times;
// `portTaken`: a file that is not there: it makes it, complains of a forwarded port and ends; the next one, which finds the file, plays the script.
// `leaving`: its guest powers off by itself when the key is pressed, so it closes its control socket without an answer and ends a moment later.
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const script = JSON.parse(process.argv[2]);
process.on('SIGTERM', () => {});
process.on('SIGINT', () => {});
if (script.portTaken !== undefined && !existsSync(script.portTaken)) {
  writeFileSync(script.portTaken, '');
  console.error("qemu-system-aarch64: Could not set up host forwarding rule 'tcp:127.0.0.1:8080-:8080'");
  process.exit(1);
}
const forever = setInterval(() => {}, 1000);
const connections = new Set();
let lost = 0;
let tellNegotiated;
const negotiated = new Promise((resolve) => {
  tellNegotiated = resolve;
});
const port = script.http === undefined ? 0 : await serveHttp([...script.http]);
if (script.qmp !== false) await serveQmp();

for (const step of script.steps ?? []) {
  if (step.say !== undefined) await write(process.stdout, `${step.say}\r\n`);
  if (step.bytes !== undefined) await write(process.stdout, Buffer.from(step.bytes, 'latin1'));
  if (step.complain !== undefined) await write(process.stderr, `${step.complain}\n`);
  if (step.connected !== undefined) await negotiated;
  if (step.wait !== undefined) await sleep(step.wait);
  if (step.child !== undefined) {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
    await write(process.stdout, `child ${child.pid}\r\n`);
  }
  if (step.event !== undefined) tell({ event: step.event, data: step.data ?? {} });
  if (step.crash !== undefined) process.kill(process.pid, step.crash);
  if (step.exit !== undefined) process.exit(step.exit);
}

function write(stream, data) {
  return new Promise((resolve) => stream.write(data, resolve));
}

function tell(message) {
  for (const socket of connections) socket.write(`${JSON.stringify(message)}\r\n`);
}

async function serveHttp(statuses) {
  const server = createHttpServer((_, response) => {
    const status = statuses.length > 1 ? statuses.shift() : statuses[0];
    response.writeHead(status).end(`status ${status}\n`);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server.address().port;
}

async function serveQmp() {
  const server = createServer((socket) => {
    connections.add(socket);
    if (script.mute === true) return;
    tell({ QMP: { version: {}, capabilities: [] } });
    socket.setEncoding('utf8');
    socket.on('error', () => {});
    socket.on('data', (text) => {
      for (const line of text.split('\n').filter((part) => part !== '')) answer(JSON.parse(line));
    });
  });
  await new Promise((resolve) => server.listen('qmp.sock', resolve));
}

async function answer({ execute }) {
  if (execute === script.mute) return;
  if (execute === 'system_powerdown' && script.leaving === true) {
    tell({ event: 'SHUTDOWN', data: { guest: true, reason: 'guest-shutdown' } });
    for (const socket of connections) socket.end();
    clearInterval(forever);
    setTimeout(() => process.exit(0), 200);
    return;
  }
  if (execute === 'human-monitor-command') {
    const row = `  TCP[HOST_FORWARD]   9       127.0.0.1 ${port}       10.0.2.15 ${script.guestPort ?? 8080}     0     0\r\n`;
    tell({ return: `Hub -1 (net0):\r\n  Protocol[State]\r\n${row}` });
  } else {
    tell({ return: {} });
  }
  if (execute === 'qmp_capabilities') tellNegotiated();
  if (execute !== 'system_powerdown' || script.powerKey === null) return;
  if (lost++ < (script.lostPresses ?? 0)) return;
  for (const line of script.powerKey ?? []) await write(process.stdout, `${line}\r\n`);
  tell({ event: 'SHUTDOWN', data: { guest: true, reason: 'guest-shutdown' } });
  clearInterval(forever);
  setTimeout(() => process.exit(0), 50);
}

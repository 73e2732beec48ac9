import { spawn } from 'node:child_process';
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import { Worker } from 'node:worker_threads';

/** What a daemon in JavaScript may try: a rejection is what it must come to. */
const attempts: Readonly<Record<string, () => Promise<void>>> = {
  spawn: () =>
    new Promise((resolve, reject) => {
      spawn(process.execPath).once('error', reject).once('spawn', resolve);
    }),
  'add-on': async () => {
    writeFileSync('/data/code.node', 'code');
    const module = { exports: {} };
    process.dlopen(module, '/data/code.node');
  },
  'text-as-code': async () => {
    // Not a literal: the bundler would see it.
    const make = globalThis[['Func', 'tion'].join('') as 'Function'];
    make('return 1')();
  },
  'write-root': async () => writeFileSync('/new', ''),
  'write-other': async () => writeFileSync('/run/new', ''),
  'read-init': async () => closeSync(openSync('/proc/1/mem', 'r')),
  'signal-init': async () => {
    process.kill(1, 'SIGTERM');
  },
  listen: () =>
    new Promise((resolve, reject) => {
      createTcpServer().once('error', reject).listen(8001, resolve);
    }),
  'listen-anywhere': () =>
    new Promise((resolve, reject) => {
      createTcpServer().once('error', reject).listen(0, resolve);
    }),
  connect: () =>
    new Promise((resolve, reject) => {
      connect(8101, '127.0.0.1').once('error', reject).once('connect', resolve);
    }),
  'change-user': async () => process.setuid!(0),
  'fill-temporary': async () => writeFileSync('/tmp/big', Buffer.alloc(32 << 20)),
  'fill-data': async () => writeFileSync('/data/big', Buffer.alloc(48 << 20)),
  'memory-in-a-worker': async () => {
    const worker = new Worker(
      'const kept = []; for (;;) kept.push(Array.from({ length: 100000 }, (_, index) => ({ index })));',
      { eval: true },
    );
    await new Promise<void>((resolve, reject) => {
      worker.once('error', reject).once('exit', resolve);
    });
  },
};

/** What is not to be attempted, by name. */
const leftOut = (process.env.LEAVE_OUT ?? '').split(',');

const outcomes: Record<string, string> = {};
let done = false;

createServer((request, response) => {
  response.statusCode = request.url === '/outcomes' && !done ? 503 : 200;
  response.end(request.url === '/outcomes' ? JSON.stringify(outcomes) : 'ok');
}).listen(8000, '0.0.0.0', () => {
  const descriptor = Number(process.env.BOARDSMITH_READY_FD);
  writeSync(descriptor, 'ready\n');
  closeSync(descriptor);
  void makeAll();
});
process.on('SIGTERM', () => process.exit(0));

async function makeAll(): Promise<void> {
  for (const [name, attempt] of Object.entries(attempts)) {
    if (leftOut.includes(name)) continue;
    outcomes[name] = await attempt().then(
      () => 'succeeded',
      (error: unknown) => (error as { code?: string }).code ?? String(error),
    );
  }
  done = true;
}

import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

/** Where the count is kept: the board's data partition. Tests name another folder. */
const folder = process.env.DATA_FOLDER ?? '/data';
const file = join(folder, 'count');
const port = Number(process.env.PORT ?? 8080);
let count = readCount();

const server = createServer((request, response) => {
  const route = `${request.method} ${request.url}`;
  if (route === 'POST /count') {
    count += 1;
    writeCount(count);
  }
  if (route === 'GET /health') response.end('ok\n');
  else if (route === 'GET /count' || route === 'POST /count') response.end(`${count}\n`);
  else {
    response.statusCode = 404;
    response.end('GET /count, POST /count, GET /health\n');
  }
});
server.listen(port, () => {
  console.log(`listening on port ${port}, count is ${count}`);
  announceReady();
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
}

function readCount(): number {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}

/** Written aside, synced and renamed: after a power cut it is the old count or the new one. */
function writeCount(value: number): void {
  const aside = openSync(`${file}.new`, 'w');
  writeSync(aside, String(value));
  fsyncSync(aside);
  closeSync(aside);
  renameSync(`${file}.new`, file);
}

/** Tells init that requests are answered from now on. Outside a board there is nobody to tell. */
function announceReady(): void {
  const descriptor = process.env.BOARDSMITH_READY_FD;
  if (descriptor === undefined) return;
  writeSync(Number(descriptor), 'ready\n');
  closeSync(Number(descriptor));
}

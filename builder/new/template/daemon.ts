import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** Where the count is kept: the board's data partition. Tests name another folder. */
const folder = process.env.DATA_FOLDER ?? '/data';
const file = join(folder, 'count');
let count = readCount();

const server = createServer((request, response) => {
  const answer = (status: number, text: string): void => {
    response.writeHead(status, { 'Content-Type': 'text/plain' }).end(`${text}\n`);
  };
  try {
    switch (`${request.method} ${request.url}`) {
      case 'GET /health':
        return answer(200, 'ok');
      case 'GET /count':
        return answer(200, String(count));
      case 'POST /count':
        writeCount(count + 1);
        count += 1;
        return answer(200, String(count));
      default:
        return answer(404, 'GET /count, POST /count, GET /health');
    }
  } catch (error) {
    console.error(error);
    answer(500, 'the count could not be kept');
  }
});
server.listen(Number(process.env.PORT ?? 8080), () => {
  console.log(`listening on port ${(server.address() as AddressInfo).port}, count is ${count}`);
  announceReady();
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    server.close(() => process.exit(0));
    // Requests that are not answered by now hold nothing up.
    setTimeout(() => server.closeAllConnections(), 5000).unref();
  });
}

/** A count that is there but cannot be read is no reason to begin anew: the daemon then fails, and its output says why. */
function readCount(): number {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

/** Written aside, synced and renamed: after a power cut it is the old count or the new one, and what was answered is kept. */
function writeCount(value: number): void {
  const aside = openSync(`${file}.new`, 'w');
  writeSync(aside, String(value));
  fsyncSync(aside);
  closeSync(aside);
  renameSync(`${file}.new`, file);
  const names = openSync(folder, 'r');
  fsyncSync(names);
  closeSync(names);
}

/** Tells init that requests are answered from now on. Outside a board there is nobody to tell. */
function announceReady(): void {
  const descriptor = process.env.BOARDSMITH_READY_FD;
  if (descriptor === undefined) return;
  writeSync(Number(descriptor), 'ready\n');
  closeSync(Number(descriptor));
}

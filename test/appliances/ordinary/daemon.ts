import { closeSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { deeds } from './deeds.ts';

/** Where calls are measured there is no init: the daemon ends when all is done. */
const measuring = process.env.BOARDSMITH_READY_FD === undefined;
/** What is not to be done, by name. */
const leftOut = (process.env.LEAVE_OUT ?? '').split(',');

const outcomes: Record<string, string> = {};
let done = false;

const server = createServer((request, response) => {
  response.statusCode = request.url === '/outcomes' && !done ? 503 : 200;
  response.end(request.url === '/outcomes' ? JSON.stringify(outcomes) : 'ok');
});
server.listen(8000, '0.0.0.0', () => {
  if (!measuring) announceReady();
  void doAll();
});
process.on('SIGTERM', () => process.exit(0));

async function doAll(): Promise<void> {
  for (const [name, deed] of Object.entries(deeds)) {
    if (leftOut.includes(name)) continue;
    outcomes[name] = await deed().then(
      () => 'done',
      (error: unknown) => String(error),
    );
    console.log(`${name}: ${outcomes[name]}`);
  }
  done = true;
  if (measuring) process.exit(0);
}

function announceReady(): void {
  const descriptor = Number(process.env.BOARDSMITH_READY_FD);
  writeSync(descriptor, 'ready\n');
  closeSync(descriptor);
}

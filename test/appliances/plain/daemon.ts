import { closeSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';

/** What tests ask for: `good` (default), `never-ready`, `crash` (soon after it was ready), `crash-early`, `unhealthy`. */
const behaviour = process.env.BEHAVIOUR ?? 'good';
const extraPort = process.env.EXTRA_PORT;

if (behaviour === 'crash-early') throw new Error('asked to crash before being ready');

const server = createServer((request, response) => {
  const well = behaviour !== 'unhealthy';
  response.statusCode = request.url === '/health' && !well ? 503 : 200;
  response.end(JSON.stringify({ behaviour, uid: process.getuid?.() }));
});
server.listen(8000, () => {
  if (behaviour !== 'never-ready') announceReady();
  if (behaviour === 'crash') setTimeout(() => process.abort(), 300);
});
if (extraPort !== undefined) createServer(() => {}).listen(Number(extraPort));
process.on('SIGTERM', () => process.exit(0));

function announceReady(): void {
  const descriptor = Number(process.env.BOARDSMITH_READY_FD);
  writeSync(descriptor, 'ready\n');
  closeSync(descriptor);
}

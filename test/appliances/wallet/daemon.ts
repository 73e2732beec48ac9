import { closeSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { reach } from './reach.ts';

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://wallet');
  response.end(pathname === '/reach' ? await reach(searchParams) : 'ok');
});
server.listen(8010, announceReady);
process.on('SIGTERM', () => process.exit(0));

function announceReady(): void {
  const descriptor = Number(process.env.BOARDSMITH_READY_FD);
  writeSync(descriptor, 'ready\n');
  closeSync(descriptor);
}

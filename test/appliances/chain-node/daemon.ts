import { createSocket } from 'node:dgram';
import { closeSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createPeerServer } from 'node:net';
import { reach } from './reach.ts';

const rpc = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://node');
  response.end(pathname === '/reach' ? await reach(searchParams) : 'ok');
});
const peers = createPeerServer((peer) => {
  peer.on('error', () => peer.destroy());
  peer.end('node\n');
});
const discovery = createSocket({ type: 'udp6', ipv6Only: false });
discovery.on('message', (_message, { port, address }) => discovery.send('node', port, address));
discovery.on('error', ({ message }) => console.log(`discovery: ${message}`));

discovery.bind(6001, () => peers.listen(6000, () => rpc.listen(6420, announceReady)));
process.on('SIGTERM', () => process.exit(0));

function announceReady(): void {
  const descriptor = Number(process.env.BOARDSMITH_READY_FD);
  writeSync(descriptor, 'ready\n');
  closeSync(descriptor);
}

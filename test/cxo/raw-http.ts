import { connect, type Socket } from 'node:net';

/** Sends bytes as they are and answers everything that comes back until the server closes the connection. */
export async function sendRaw(port: number, bytes: string | Uint8Array): Promise<string> {
  const socket = await openSocket(port);
  socket.write(bytes);
  return await readToEnd(socket);
}

/** A connection that is established. */
export async function openSocket(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  // A reset is an end as good as any for these tests.
  socket.on('error', () => {});
  return socket;
}

/** Everything that the server sends until the connection is closed. */
export async function readToEnd(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  if (!socket.closed) await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return text;
}

/** Status of the first answer in a text; null if there is none. */
export function statusOf(text: string): number | null {
  const match = /^HTTP\/1\.1 (\d{3}) /.exec(text);
  return match === null ? null : Number(match[1]);
}

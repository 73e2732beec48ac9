import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Between two tries to reach a socket, which QEMU makes some milliseconds after it starts. */
const retryMs = 15;

/** Connects to a unix socket as soon as somebody listens there. Rejects when the signal aborts, or for any other error. */
export async function connectWhenThere(path: string, signal: AbortSignal): Promise<Socket> {
  for (;;) {
    signal.throwIfAborted();
    const socket = await tryToConnect(path);
    if (socket !== null) return socket;
    await sleep(retryMs, undefined, { signal });
  }
}

function tryToConnect(path: string): Promise<Socket | null> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(null);
      else reject(error);
    });
  });
}

import type { Socket } from 'node:net';
import { BoardsmithError } from '../builder/error/boardsmith-error.ts';
import { connectWhenThere } from './connect-when-there.ts';

/** Something that QEMU tells on its own: SHUTDOWN, RESET, WATCHDOG, POWERDOWN … */
export interface QmpEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface QmpClient {
  /** @throws BoardsmithError BOOT_FAILED if QEMU refuses the command or ends before it answers */
  execute(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Events since the connection began, in order. */
  readonly events: readonly QmpEvent[];
  /** Resolves when QEMU has gone and everything that it said was read. */
  readonly closed: Promise<void>;
}

interface Pending {
  readonly command: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Connects to QEMU's control socket and negotiates (QEMU's docs/interop/qmp-spec.txt: JSON objects, one a line; answers come in order).
 * Tries until the socket is there or the signal aborts.
 * @param onEvent called for every event
 */
export async function connectQmp(
  path: string,
  signal: AbortSignal,
  onEvent: (event: QmpEvent) => void = () => {},
): Promise<QmpClient> {
  const socket = await connectWhenThere(path, signal);
  const events: QmpEvent[] = [];
  const pending: Pending[] = [];
  let greeted: () => void;
  const greeting = new Promise<void>((resolve) => {
    greeted = resolve;
  });
  const client: QmpClient = {
    events,
    execute(command, args) {
      return new Promise((resolve, reject) => {
        if (socket.destroyed) {
          reject(refused(command, 'QEMU has ended'));
          return;
        }
        pending.push({ command, resolve, reject });
        socket.write(
          `${JSON.stringify(args === undefined ? { execute: command } : { execute: command, arguments: args })}\n`,
        );
      });
    },
    closed: new Promise((resolve) => {
      socket.once('close', () => resolve());
    }),
  };
  const receive = (message: Record<string, unknown>): void => {
    if ('QMP' in message) greeted();
    else if (typeof message.event === 'string') {
      const event = { event: message.event, data: (message.data ?? {}) as Record<string, unknown> };
      events.push(event);
      onEvent(event);
    } else if ('return' in message) pending.shift()?.resolve(message.return);
    else if ('error' in message) {
      const entry = pending.shift();
      const { desc } = message.error as { desc?: string };
      entry?.reject(refused(entry.command, desc ?? 'no reason given'));
    }
  };
  readJsonLines(socket, receive);
  socket.on('error', () => {});
  socket.on('close', () => {
    for (const { command, reject } of pending.splice(0))
      reject(refused(command, 'QEMU ended before it answered'));
    greeted();
  });
  await greeting;
  await client.execute('qmp_capabilities');
  return client;
}

function readJsonLines(socket: Socket, receive: (message: Record<string, unknown>) => void): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines.filter((text) => text.trim() !== '')) {
      try {
        receive(JSON.parse(line) as Record<string, unknown>);
      } catch (cause) {
        socket.destroy(new Error(`QEMU's control socket sent what is no JSON: ${line}`, { cause }));
      }
    }
  });
}

function refused(command: string, reason: string): BoardsmithError {
  return new BoardsmithError('BOOT_FAILED', `QEMU's ${command} failed: ${reason}`, {
    hint: "look at the end of the machine's log",
  });
}

import type { Socket } from 'node:net';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { connectWhenThere } from '../connect-when-there.ts';

/** What the probe answers (qemu/probe/answer.h): the bytes, or the guest kernel's errno. */
export interface ProbeAnswer {
  /** 0 for success. */
  readonly errno: number;
  readonly content: Buffer;
}

export interface ProbeClient {
  /** The probe's own process in the guest. */
  readonly pid: number;
  /** Requests may overlap; answers come in order. Paths are below the guest's /proc. */
  ask(request: string): Promise<ProbeAnswer>;
  /**
   * A file's text, or null if it is not there (a process may be gone by then).
   * @throws BoardsmithError BOOT_FAILED if it is there and cannot be read: what is not known must not pass
   */
  readText(path: string): Promise<string | null>;
  close(): void;
}

/** ENOENT, and ESRCH of a process that ends just then. */
const gone = [2, 3];

interface Pending {
  readonly resolve: (answer: ProbeAnswer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Connects to the probe inside a machine and waits until it answers.
 * @param path the port's socket in the machine's folder
 * @param signal ends the wait and every request, e.g. when the time is up
 * @throws BoardsmithError BOOT_FAILED if the machine ends or the signal aborts first
 */
export async function connectProbe(path: string, signal: AbortSignal): Promise<ProbeClient> {
  const socket = await connectWhenThere(path, signal).catch((cause: unknown) => {
    throw silent(cause);
  });
  const pending: Pending[] = [];
  readAnswers(socket, (answer) => pending.shift()?.resolve(answer));
  const fail = (cause?: unknown): void => {
    for (const { reject } of pending.splice(0)) reject(silent(cause));
  };
  const aborted = (): void => {
    socket.destroy();
  };
  signal.addEventListener('abort', aborted);
  socket.on('error', () => {});
  socket.on('close', () => {
    signal.removeEventListener('abort', aborted);
    fail(signal.reason);
  });
  const ask = (request: string): Promise<ProbeAnswer> =>
    new Promise((resolve, reject) => {
      if (socket.destroyed) reject(silent(signal.reason));
      else if (/[\n\0]/.test(request)) reject(new RangeError(`no request: ${JSON.stringify(request)}`));
      else {
        pending.push({ resolve, reject });
        socket.write(`${request}\n`);
      }
    });
  const greeting = await ask('h');
  return {
    pid: Number(greeting.content.toString()),
    ask,
    async readText(file) {
      const { errno, content } = await ask(`r ${file}`);
      if (gone.includes(errno)) return null;
      if (errno === 0) return content.toString('utf8');
      throw new BoardsmithError('BOOT_FAILED', `the probe cannot read /proc/${file}: errno ${errno}`, {
        hint: 'the probe runs as root and reads whatever is there; look at qemu/probe/answer.c',
      });
    },
    close: () => socket.destroy(),
  };
}

function readAnswers(socket: Socket, receive: (answer: ProbeAnswer) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      const end = rest.indexOf('\n');
      if (end === -1) return;
      const head = /^(\d+) (\d+)$/.exec(rest.toString('latin1', 0, end));
      if (head === null) {
        socket.destroy(new Error('the probe sent what is no answer'));
        return;
      }
      const length = Number(head[2]);
      if (rest.length < end + 1 + length) return;
      receive({ errno: Number(head[1]), content: Buffer.from(rest.subarray(end + 1, end + 1 + length)) });
      rest = rest.subarray(end + 1 + length);
    }
  });
}

function silent(cause: unknown): BoardsmithError {
  return new BoardsmithError('BOOT_FAILED', 'the probe inside the machine does not answer', {
    cause,
    hint: "look at the machine's log: it has to be booted with probeBoot and the probe's port",
  });
}

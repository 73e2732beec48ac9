import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { LoggedEvent } from './running-store.ts';

const daemon = join(import.meta.dirname, '../../recipes/cxo/daemon.ts');

export interface SpawnedDaemon {
  readonly child: ChildProcess;
  readonly url: string;
  readonly port: number;
  /** What it wrote to the readiness descriptor, until it closed it. */
  readonly ready: Promise<string>;
  readonly events: LoggedEvent[];
  /** Exit code and signal, when it ended. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Starts the daemon as a process of its own on a free port, with the readiness descriptor 3. */
export async function spawnDaemon(environment: Record<string, string>): Promise<SpawnedDaemon> {
  const child = spawn(process.execPath, ['--import', 'tsx', daemon], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
    env: {
      PATH: process.env.PATH,
      CXO_HOST: '127.0.0.1',
      CXO_PORT: '0',
      CXO_FREE_RESERVE_MIB: '0',
      BOARDSMITH_READY_FD: '3',
      ...environment,
    },
  });
  // No daemon outlives its test, whatever happens to that.
  process.once('exit', () => child.kill('SIGKILL'));
  const ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  const events: LoggedEvent[] = [];
  const listening = readEvents(child.stdout!, events);
  const ready = readAll(child.stdio[3] as Readable);
  const port = await Promise.race([
    listening,
    ended.then(({ code }) => {
      throw new Error(`the daemon ended with ${code} before it listened`);
    }),
  ]);
  return { child, url: `http://127.0.0.1:${port}`, port, ready, events, ended };
}

/** Collects the log's events; answers the port of the one that says that it listens. */
function readEvents(output: Readable, events: LoggedEvent[]): Promise<number> {
  let rest = '';
  return new Promise((resolve) => {
    output.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const { event, ...fields } = JSON.parse(line) as { event: string; port?: number };
        events.push({ event, fields });
        if (event === 'listening') resolve(fields.port!);
      }
    });
  });
}

async function readAll(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

import type { Readable } from 'node:stream';
import { execa } from 'execa';

interface GuardedOptions {
  readonly cwd: string;
}

/** How a process ended. */
export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Why the program could not be started, or null. */
  readonly startError: Error | null;
}

/** A child that cannot outlive this process. */
export interface GuardedProcess {
  readonly pid: number | undefined;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the process is gone and its output was read; never rejects. */
  readonly ended: Promise<ProcessEnd>;
  /** Sends a signal to the process and all that it started. Does nothing once they are gone. */
  kill(signal: NodeJS.Signals): void;
}

/**
 * Starts a program in a session of its own: a Ctrl-C at the terminal reaches only this process, which decides; and the whole group can be
 * killed. If this process dies in any way, even by SIGKILL, the kernel kills the program (prctl(2) PR_SET_PDEATHSIG, set by util-linux's
 * setpriv before it becomes the program, so the pid is the program's).
 */
export function startGuarded(argv: readonly string[], { cwd }: GuardedOptions): GuardedProcess {
  const child = execa('setpriv', ['--pdeathsig', 'KILL', '--', ...argv], {
    cwd,
    stdin: 'ignore',
    detached: true,
    buffer: false,
    encoding: 'buffer',
    reject: false,
  });
  const { pid } = child;
  let gone = false;
  const kill = (signal: NodeJS.Signals): void => {
    // After the end the number may belong to somebody else's group.
    if (gone || pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  // What the program started must not outlive it; it would also hold the output open.
  child.once('exit', () => kill('SIGKILL'));
  const ended = child.then((result): ProcessEnd => {
    gone = true;
    const started = result.exitCode !== undefined || result.signal !== undefined;
    return {
      exitCode: result.exitCode ?? null,
      signal: result.signal ?? null,
      startError: started ? null : ((result.cause as Error | undefined) ?? new Error(result.shortMessage)),
    };
  });
  return { pid, stdout: child.stdout, stderr: child.stderr, ended, kill };
}

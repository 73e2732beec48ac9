import { execa } from 'execa';
import { BoardsmithError } from '../../error/boardsmith-error.ts';

export interface ClientCall {
  /** All of the child's environment; nothing else is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly signal: AbortSignal;
}

export interface ClientResult {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Debian packages that hold the clients, for the line that says what to install. */
const packageOf: Readonly<Record<string, string>> = {
  'apt-get': 'apt',
  'apt-cache': 'apt',
  'apt-config': 'apt',
  '/usr/lib/apt/apt-helper': 'apt',
  pip3: 'python3-pip',
  npm: 'npm',
  gpgv: 'gpgv',
};

/** How long a client may take to end by itself when it is stopped. */
const graceMilliseconds = 2000;

/**
 * Runs a registry's own client. A client that fails is a result, not an error; aborting stops it and whatever it started.
 * @throws BoardsmithError HOST_UNSUITABLE if this machine has no such program; INTERRUPTED
 */
export async function runClient(
  program: string,
  args: readonly string[],
  call: ClientCall,
): Promise<ClientResult> {
  if (call.signal.aborted) throw interrupted(call.signal);
  const child = execa(program, args, {
    cwd: call.directory,
    env: call.environment,
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    // A process group of its own: wrappers (pyenv's around pip) do not pass signals on, apt has its helpers.
    detached: true,
    maxBuffer: 64 * 1024 * 1024,
  });
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    killGroup(child.pid, 'SIGTERM');
    timer = setTimeout(() => killGroup(child.pid, 'SIGKILL'), graceMilliseconds);
  };
  call.signal.addEventListener('abort', stop, { once: true });
  const result = await child;
  call.signal.removeEventListener('abort', stop);
  clearTimeout(timer);
  if (call.signal.aborted) {
    killGroup(child.pid, 'SIGKILL');
    throw interrupted(call.signal);
  }
  if (result.failed && result.code === 'ENOENT') {
    throw new BoardsmithError('HOST_UNSUITABLE', `this machine has no ${program}`, {
      hint: `apt-get install ${packageOf[program] ?? program}`,
      cause: result,
    });
  }
  return { ok: !result.failed, stdout: result.stdout, stderr: result.stderr };
}

function killGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (leader !== undefined) process.kill(-leader, signal);
  } catch {
    // All of it has ended.
  }
}

function interrupted(signal: AbortSignal): BoardsmithError {
  return new BoardsmithError('INTERRUPTED', 'stopped', { cause: signal.reason });
}

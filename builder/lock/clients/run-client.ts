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
};

/**
 * Runs a registry's own client. A client that fails is a result, not an error; aborting stops it.
 * @throws BoardsmithError HOST_UNSUITABLE if this machine has no such program; INTERRUPTED
 */
export async function runClient(
  program: string,
  args: readonly string[],
  call: ClientCall,
): Promise<ClientResult> {
  const result = await execa(program, args, {
    cwd: call.directory,
    env: call.environment,
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    cancelSignal: call.signal,
    forceKillAfterDelay: 2000,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (call.signal.aborted) throw new BoardsmithError('INTERRUPTED', 'stopped', { cause: call.signal.reason });
  if (result.failed && result.code === 'ENOENT') {
    throw new BoardsmithError('HOST_UNSUITABLE', `this machine has no ${program}`, {
      hint: `apt-get install ${packageOf[program] ?? program}`,
      cause: result,
    });
  }
  return { ok: !result.failed, stdout: result.stdout, stderr: result.stderr };
}

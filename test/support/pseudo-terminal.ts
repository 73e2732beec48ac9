import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { checkout } from './places.ts';

export interface TerminalSession {
  /** All that the terminal was sent, with its control characters. */
  readonly text: string;
  readonly code: number | null;
}

export interface TerminalOptions {
  readonly cwd?: string;
  /** Of its lines; 0 if it is not to say. */
  readonly columns?: number;
  /** Another checkout whose program is run. */
  readonly checkout?: string;
  /** Words behind the parameters, written as in a shell. */
  readonly line?: string;
  /** Added to the environment of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** A file for the results, which do not come to the terminal then. */
  readonly output?: string;
  /** Called with all that came so far; what it returns is typed. */
  readonly type?: (text: string) => string;
}

/** Runs `boardsmith` in a terminal of its own (script(1)), as a person does. CI, NO_COLOR and FORCE_COLOR are not set unless the options set them. */
export async function inTerminal(
  parameters: readonly string[],
  options: TerminalOptions = {},
): Promise<TerminalSession> {
  const { cwd = checkout, environment = {}, columns = 120, line = '', output, type = () => '' } = options;
  const { CI: _ci, NO_COLOR: _noColor, FORCE_COLOR: _forceColor, ...inherited } = process.env;
  const words = [
    process.execPath,
    join(options.checkout ?? checkout, 'builder/cli/boardsmith.mjs'),
    ...parameters,
  ];
  const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
  const redirection = output === undefined ? '' : `> ${quoted(output)}`;
  // A new one has no size. Ctrl-C reaches the shell too: dash without a trap would wait for the program and then die of it, whatever the program's exit code is.
  const command = `trap : INT; stty cols ${columns} rows 40; ${words.map(quoted).join(' ')} ${line} ${redirection}`;
  const child = spawn('script', ['--quiet', '--flush', '--return', '--command', command, '/dev/null'], {
    cwd,
    // script(1) runs the command with the user's shell, or with sh if none is named: the same everywhere.
    env: { ...inherited, SHELL: '/bin/sh', TERM: 'xterm', ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    const typed = type(text);
    if (typed !== '') child.stdin.write(typed);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { text, code };
}

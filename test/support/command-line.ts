import { join } from 'node:path';
import { execa } from 'execa';
import { checkout } from './places.ts';

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  /** Another checkout whose program is run. */
  readonly checkout?: string;
  /** Added to the environment of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Words put in front of the command, e.g. `unshare --net`. */
  readonly wrapper?: readonly string[];
}

/** Runs `boardsmith` as a process, as a person's shell does. */
export async function boardsmith(
  parameters: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { cwd = checkout, environment = {}, wrapper = [] } = options;
  const root = options.checkout ?? checkout;
  const [program = '', ...rest] = [
    ...wrapper,
    process.execPath,
    join(root, 'builder/cli/boardsmith.mjs'),
    ...parameters,
  ];
  const result = await execa(program, rest, {
    cwd,
    // However the suite was started, its hints are those that npx gets.
    env: { npm_command: 'exec', ...environment },
    reject: false,
    stdin: 'ignore',
    maxBuffer: 64 << 20,
  });
  return { exitCode: result.exitCode ?? -1, stdout: String(result.stdout), stderr: String(result.stderr) };
}

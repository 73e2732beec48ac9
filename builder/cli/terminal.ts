import { stripVTControlCharacters } from 'node:util';
import { askLine } from './ask-line.ts';
import { calledAs } from './called-as.ts';

/** What a verb talks to: where text goes, whether a person reads it, and when to stop. Tests hand in their own. */
export interface Terminal {
  /** Results; with `--json` only machine-readable lines. */
  out(line: string): void;
  /** Progress, hints and errors: never part of a result. */
  note(line: string): void;
  /** True if a person watches a terminal that can redraw lines. */
  readonly interactive: boolean;
  readonly color: boolean;
  readonly signal: AbortSignal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly currentDirectory: string;
  /** What a person types there to call this program again. */
  readonly command: string;
  /** True if a person can be asked: what is typed comes from a terminal. */
  readonly canAsk: boolean;
  /** Asks that person for one line. @returns it without its end; null if there is none */
  ask(question: string): Promise<string | null>;
}

/**
 * The terminal of this process. NO_COLOR (no-color.org) and CI are honoured.
 * @param boardsmithRoot where this program lies
 */
export function processTerminal(signal: AbortSignal, boardsmithRoot: string): Terminal {
  const { env } = process;
  const currentDirectory = process.cwd();
  const watched = process.stderr.isTTY === true && !env.CI && env.TERM !== 'dumb';
  return {
    // A person may watch the progress while the result goes into a file.
    out: (line) =>
      process.stdout.write(`${process.stdout.isTTY === true ? line : stripVTControlCharacters(line)}\n`),
    note: (line) => process.stderr.write(`${line}\n`),
    // Some terminals (a container's, a serial line) do not say how wide they are: nothing could be drawn on them.
    interactive: watched && process.stderr.columns > 0,
    color: watched && (env.NO_COLOR ?? '') === '',
    signal,
    environment: env,
    currentDirectory,
    canAsk: process.stdin.isTTY === true && process.stderr.isTTY === true,
    ask: async (question) => await askLine(question, signal),
    command: calledAs({ environment: env, currentDirectory, boardsmithRoot }),
  };
}

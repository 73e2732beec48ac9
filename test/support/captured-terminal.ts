import type { Terminal } from '../../builder/cli/terminal.ts';

export interface CapturedTerminal extends Terminal {
  readonly outLines: string[];
  readonly noteLines: string[];
}

/** A terminal that keeps what is said, for commands that are run in this process. */
export function capturedTerminal(options: {
  currentDirectory: string;
  environment?: Record<string, string>;
  color?: boolean;
  command?: string;
}): CapturedTerminal {
  const outLines: string[] = [];
  const noteLines: string[] = [];
  return {
    outLines,
    noteLines,
    out: (line) => outLines.push(...line.split('\n')),
    note: (line) => noteLines.push(...line.split('\n')),
    interactive: false,
    color: options.color ?? false,
    signal: new AbortController().signal,
    environment: options.environment ?? {},
    currentDirectory: options.currentDirectory,
    command: options.command ?? 'boardsmith',
  };
}

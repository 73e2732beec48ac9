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
  /** What a person answers, in order; without it there is nobody. */
  answers?: string[];
  signal?: AbortSignal;
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
    signal: options.signal ?? new AbortController().signal,
    canAsk: options.answers !== undefined,
    ask: async (question) => {
      noteLines.push(question);
      return options.answers?.shift() ?? null;
    },
    environment: options.environment ?? {},
    currentDirectory: options.currentDirectory,
    command: options.command ?? 'boardsmith',
  };
}

/** One message of esbuild. */
export interface EsbuildMessage {
  readonly severity: 'error' | 'warning';
  /** esbuild's name for this kind of message: `empty-import-meta`. Errors have none. */
  readonly kind: string | null;
  readonly text: string;
  /** Where it is, or null for what concerns no file. Line and column count from 1. */
  readonly place: Place | null;
}

/** A place in a source file. */
export interface Place {
  /** Relative to the folder that esbuild ran in, POSIX separators. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

const headline = /^(?:✘ \[ERROR\]|▲ \[WARNING\]) (.*?)(?: \[([a-z-]+)\])?$/;
const placeLine = /^ {4}(\S.*):(\d+):(\d+):$/;

/**
 * Reads the messages that esbuild's program writes to its standard error (with `--color=false --log-limit=0`): a headline, an empty line,
 * the place indented by four, the source line. A second place in one message ("the original was here") is left out.
 */
export function parseEsbuildMessages(output: string): EsbuildMessage[] {
  const lines = output.split('\n');
  return lines.flatMap((line, index): EsbuildMessage[] => {
    const match = headline.exec(line);
    if (match === null) return [];
    const [, text = '', kind] = match;
    const severity = line.startsWith('✘') ? 'error' : 'warning';
    return [{ severity, kind: kind ?? null, text, place: parsePlace(lines[index + 2]) }];
  });
}

function parsePlace(line: string | undefined): Place | null {
  const match = placeLine.exec(line ?? '');
  if (match === null) return null;
  // esbuild counts columns from 0.
  return { file: match[1]!, line: Number(match[2]), column: Number(match[3]) + 1 };
}

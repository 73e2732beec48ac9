import { createInterface } from 'node:readline';

/**
 * Asks whoever sits at the terminal for one line.
 * @returns null if there is none: nobody is there, the input ended, or the signal came
 */
export async function askLine(question: string, signal: AbortSignal): Promise<string | null> {
  const { stdin, stderr } = process;
  if (signal.aborted || stdin.isTTY !== true) return null;
  const reader = createInterface({ input: stdin, output: stderr, terminal: true });
  try {
    return await new Promise<string | null>((resolve) => {
      reader.question(question, resolve);
      reader.once('close', () => resolve(null));
      // In this mode of a terminal Ctrl-C is a key: it is handed on as what it means everywhere else.
      reader.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
      signal.addEventListener('abort', () => resolve(null), { once: true });
    });
  } finally {
    reader.close();
  }
}

import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/**
 * Reads one line that a person types, or that a script sends.
 * @param hidden whether it is not shown while it is typed
 * @returns null if there is none: the input ended, or the signal came
 */
export async function askLine(
  question: string,
  hidden: boolean,
  signal: AbortSignal,
): Promise<string | null> {
  if (signal.aborted) return null;
  const { stdin, stderr } = process;
  const isPerson = stdin.isTTY === true;
  if (isPerson) stderr.write(question);
  // In a terminal readline itself shows what is typed; into here it shows it to nobody.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({
    input: stdin,
    output: hidden ? nowhere : stderr,
    terminal: isPerson,
    prompt: '',
  });
  try {
    return await new Promise<string | null>((resolve) => {
      reader.once('line', resolve);
      reader.once('close', () => resolve(null));
      // In this mode of a terminal Ctrl-C is a key: it is handed on as what it means everywhere else.
      reader.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
      signal.addEventListener('abort', () => resolve(null), { once: true });
    });
  } finally {
    reader.close();
    if (hidden && isPerson) stderr.write('\n');
  }
}

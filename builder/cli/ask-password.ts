import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { readShortFile } from '../signature/read-short-file.ts';
import type { AskPassword } from '../signature/secret-key.ts';
import type { Terminal } from './terminal.ts';

/** Longer than any that minisign takes. */
const longestPassword = 4096;

/**
 * Gets the password of a secret key: from the first line of a file that others may not read, or from whoever sits at the terminal, unseen.
 * @param file as it was named; without one the terminal is asked
 * @throws (the returned function) BoardsmithError KEY_UNUSABLE if there is nobody to ask, or the file cannot be used; INTERRUPTED
 */
export function passwordAsker(terminal: Terminal, file: string | undefined): AskPassword {
  return async (name) =>
    file === undefined
      ? await typed(terminal, `password of ${name}`, `${name} has a password`)
      : await passwordInFile(file);
}

/**
 * Gets the password that a new secret key is to have: from a file, or twice from whoever sits at the terminal, since nobody sees it.
 * @throws BoardsmithError KEY_UNUSABLE, also if the two differ; INTERRUPTED
 */
export async function newPassword(
  terminal: Terminal,
  name: string,
  file: string | undefined,
): Promise<string> {
  if (file !== undefined) return await passwordInFile(file);
  const need = `${name} needs a password`;
  const password = await typed(terminal, `password for ${name}`, need);
  if ((await typed(terminal, 'once more', need)) === password) return password;
  throw new BoardsmithError('KEY_UNUSABLE', 'the two passwords differ', {
    hint: 'run the same command again',
  });
}

/** The first line of a file that others may not read. @throws BoardsmithError KEY_UNUSABLE */
async function passwordInFile(file: string): Promise<string> {
  const { bytes, state } = await readShortFile(file, longestPassword).catch((cause: unknown) => {
    throw new BoardsmithError('KEY_UNUSABLE', `cannot read the password’s file ${file}`, {
      hint: 'name a file whose first line is the password',
      cause,
    });
  });
  // What comes through a pipe (`<(pass show key)`) is nobody else's.
  if (state.isFile() && (state.mode & 0o077) !== 0) {
    throw new BoardsmithError('KEY_UNUSABLE', `others on this machine can read ${file}`, {
      hint: `chmod 600 ${file}`,
    });
  }
  return bytes.toString('utf8').replace(/\r?\n[\s\S]*$/, '');
}

/** @param question what is printed before it @param need why it is asked for, if there is nobody to ask */
async function typed(terminal: Terminal, question: string, need: string): Promise<string> {
  if (process.stdin.isTTY !== true) {
    throw new BoardsmithError('KEY_UNUSABLE', `${need}, and there is nobody to ask`, {
      hint: 'name a file with it: --password-file FILE',
    });
  }
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  // The reader takes the keys from the terminal, Ctrl-C among them.
  const stop = new AbortController();
  reader.once('SIGINT', () => stop.abort());
  process.stderr.write(`${question}: `);
  try {
    return await reader.question('', { signal: AbortSignal.any([terminal.signal, stop.signal]) });
  } catch (cause) {
    throw new BoardsmithError('INTERRUPTED', 'stopped', { cause });
  } finally {
    reader.close();
    process.stderr.write('\n');
  }
}

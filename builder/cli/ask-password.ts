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
  return async (name) => (file === undefined ? await typed(terminal, name) : await fromFile(file));
}

async function fromFile(file: string): Promise<string> {
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

async function typed(terminal: Terminal, name: string): Promise<string> {
  if (process.stdin.isTTY !== true) {
    throw new BoardsmithError('KEY_UNUSABLE', `${name} has a password, and there is nobody to ask`, {
      hint: 'name a file with it: --password-file FILE',
    });
  }
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  // The reader takes the keys from the terminal, Ctrl-C among them.
  const stop = new AbortController();
  reader.once('SIGINT', () => stop.abort());
  process.stderr.write(`password of ${name}: `);
  try {
    return await reader.question('', { signal: AbortSignal.any([terminal.signal, stop.signal]) });
  } catch (cause) {
    throw new BoardsmithError('INTERRUPTED', 'stopped', { cause });
  } finally {
    reader.close();
    process.stderr.write('\n');
  }
}

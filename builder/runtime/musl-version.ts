import { readFile } from 'node:fs/promises';
import { BoardsmithError } from '../error/boardsmith-error.ts';

/**
 * The version that a musl library says it has when it is started as a program.
 * @param file libc.so of musl
 * @throws BoardsmithError STEP_FAILED if it is no musl
 */
export async function muslVersion(file: string): Promise<string> {
  const text = await readFile(file, 'latin1');
  const version = /\0(\d+\.\d+\.\d+)\0/.exec(text)?.[1];
  if (version === undefined || !text.includes('musl libc')) {
    throw new BoardsmithError('STEP_FAILED', 'the C library in the package musl is not musl', {
      hint: 'boardsmith lock --renew',
    });
  }
  return version;
}

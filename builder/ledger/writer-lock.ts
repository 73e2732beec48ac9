import type { Stats } from 'node:fs';
import { createServer } from 'node:net';
import { BoardsmithError } from '../error/boardsmith-error.ts';

/** Holds a file for one writer of this machine. */
export interface WriterLock {
  release(): Promise<void>;
}

/**
 * Takes a file for this process alone. What is held is a name of the kernel (an abstract socket), which ends with the process however that
 * ends: there is no lock file that a crash leaves. Writers on other machines do not see it; `Ledger` finds them by the file's size.
 * @param state of the open file: its place on the disk is the name
 * @throws BoardsmithError FILE_UNUSABLE if somebody else has it
 */
export async function lockForWriting(file: string, state: Pick<Stats, 'dev' | 'ino'>): Promise<WriterLock> {
  const server = createServer();
  // Nobody is to wait for it, and it is to keep no process alive.
  server.unref();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(`\0boardsmith-ledger-${state.dev}-${state.ino}`, resolve);
  }).catch((cause: NodeJS.ErrnoException) => {
    const taken = cause.code === 'EADDRINUSE';
    throw new BoardsmithError(
      'FILE_UNUSABLE',
      taken ? `another process writes to ${file}` : `${file} cannot be locked`,
      { hint: taken ? 'wait until it has ended, or name another ledger' : 'name another ledger', cause },
    );
  });
  return {
    release: async () => {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

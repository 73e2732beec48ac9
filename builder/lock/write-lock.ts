import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { formatLock } from './format-lock.ts';
import type { Lock } from './lock-format.ts';

/**
 * Writes a lock beside its place and renames it, so that a reader sees the old one or the new one.
 * @throws BoardsmithError FILE_UNUSABLE
 */
export async function writeLock(file: string, lock: Lock): Promise<void> {
  const draft = `${file}.${process.pid}.draft`;
  try {
    await mkdir(dirname(file), { recursive: true });
    const handle = await open(draft, 'w');
    try {
      await handle.writeFile(formatLock(lock));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => {});
    throw new BoardsmithError('FILE_UNUSABLE', `cannot write ${file}`, {
      hint: 'look at the space and the permissions there, or name another file: --lock FILE',
      cause,
    });
  }
}

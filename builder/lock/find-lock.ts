import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';

export const lockFileName = 'boardsmith.lock';

/**
 * The lock that a recipe is built with: the nearest boardsmith.lock in its folder or a folder above it. The search ends at
 * `checkoutRoot`, at the root of any repository (a folder with `.git`), and at the root of the file system.
 * @throws BoardsmithError LOCK_INVALID if there is none
 */
export function findLockFor(recipeDirectory: string, checkoutRoot: string): string {
  const start = resolve(recipeDirectory);
  for (let folder = start; ; folder = dirname(folder)) {
    const file = join(folder, lockFileName);
    if (existsSync(file)) return file;
    if (folder === resolve(checkoutRoot) || existsSync(join(folder, '.git')) || folder === dirname(folder))
      break;
  }
  throw new BoardsmithError('LOCK_INVALID', `there is no ${lockFileName} in ${start} or above it`, {
    hint: `boardsmith lock ${recipeDirectory}`,
  });
}

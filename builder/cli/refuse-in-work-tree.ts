import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import { BoardsmithError } from '../error/boardsmith-error.ts';

/**
 * Refuses a file of secrets where a careless `git add` would publish it: in a git work tree that does not ignore it.
 * @throws BoardsmithError KEY_UNUSABLE; FILE_UNUSABLE if its folder is not there
 */
export async function refuseInWorkTree(file: string): Promise<void> {
  let folder: string;
  try {
    // Through links: the folder that it really lies in.
    folder = realpathSync(dirname(resolve(file)));
  } catch (cause) {
    throw new BoardsmithError('FILE_UNUSABLE', `there is no folder ${dirname(file)}`, {
      hint: 'name another place',
      cause,
    });
  }
  const root = workTreeAbove(folder);
  if (root === null) return;
  // GIT_DIR and the like of whoever calls would make it answer for another repository.
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')),
  );
  const { exitCode } = await execa('git', ['check-ignore', '--quiet', '--', basename(file)], {
    cwd: folder,
    env: environment,
    extendEnv: false,
    reject: false,
  });
  // Not known (no git here, a damaged repository) counts as not ignored.
  if (exitCode === 0) return;
  throw new BoardsmithError(
    'KEY_UNUSABLE',
    `${file} lies in the git work tree ${root}, which does not ignore it`,
    {
      hint: `name a place outside of it, or first: echo '*.key' >> ${join(root, '.gitignore')}`,
    },
  );
}

/** The nearest folder with a `.git`, which may be a file (of a worktree or a submodule). */
function workTreeAbove(start: string): string | null {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
    if (folder === dirname(folder)) return null;
  }
}

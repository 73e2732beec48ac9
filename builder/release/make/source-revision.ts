import { execa } from 'execa';
import { BoardsmithError } from '../../error/boardsmith-error.ts';

/** A refusal names so many files. */
const shownFiles = 10;

/**
 * The commit that the sources are of.
 * @param folder any folder of the repository
 * @param sourceFolders where files that git does not know count as changes too
 * @returns lower-case hex; null outside a repository, on a machine without git, and for a changed tree that is allowed
 * @throws BoardsmithError USAGE for a changed tree; HOST_UNSUITABLE if git does not answer; INTERRUPTED
 */
export async function sourceRevision(
  folder: string,
  { sourceFolders, allowDirty, signal }: RevisionOptions,
): Promise<string | null> {
  const git = async (...args: string[]): Promise<string | null> => {
    const result = await execa('git', ['-C', folder, ...args], {
      env: { LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' },
      reject: false,
      cancelSignal: signal,
    });
    if (result.isCanceled) throw new BoardsmithError('INTERRUPTED', 'stopped', { cause: result });
    if (result.exitCode === 0) return result.stdout;
    const said = result.stderr ?? '';
    // Outside a repository, in one without commits (where `--quiet` says nothing), and without git.
    if (result.code === 'ENOENT' || said === '' || /not a git repository/.test(said)) return null;
    if (allowDirty) return null;
    throw new BoardsmithError('HOST_UNSUITABLE', `git does not say which revision ${folder} is of\n${said}`, {
      hint: 'make git work there, or release with --allow-dirty, which names no revision',
      cause: result,
    });
  };
  const revision = await git('rev-parse', '--verify', '--quiet', 'HEAD');
  if (revision === null) return null;
  const changed = [
    await git('status', '--porcelain', '--untracked-files=no'),
    await git('status', '--porcelain', '--untracked-files=all', '--', ...sourceFolders),
  ];
  const files = [...new Set(changed.flatMap((text) => (text ?? '').split('\n')))].filter(
    (line) => line !== '',
  );
  if (files.length === 0) return revision;
  if (allowDirty) return null;
  throw new BoardsmithError('USAGE', 'the sources are not those of any commit: files were changed', {
    problems: files.sort().slice(0, shownFiles),
    hint: 'commit them first, or release with --allow-dirty, which names no revision',
  });
}

export interface RevisionOptions {
  readonly sourceFolders: readonly string[];
  readonly allowDirty: boolean;
  readonly signal: AbortSignal;
}

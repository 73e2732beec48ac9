import { basename, join } from 'node:path';
import { ExecaError, execa } from 'execa';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import type { CompileProgramOptions } from './compile-program.ts';

/**
 * Runs the pinned C compiler, with nothing of this machine's environment.
 * @param options where it is and runs; `output` names what is made in errors
 * @throws BoardsmithError STEP_FAILED with what the compiler said; INTERRUPTED
 */
export async function zigCc(
  options: Pick<
    CompileProgramOptions,
    'zigRoot' | 'directory' | 'cacheDirectory' | 'output' | 'hint' | 'signal'
  >,
  args: readonly string[],
): Promise<void> {
  const { zigRoot, directory, cacheDirectory, signal } = options;
  const name = basename(options.output);
  try {
    await execa(join(zigRoot, 'ziglang/zig'), ['cc', ...args], {
      cwd: directory,
      extendEnv: false,
      env: { ZIG_GLOBAL_CACHE_DIR: cacheDirectory, ZIG_LOCAL_CACHE_DIR: cacheDirectory },
      stdin: 'ignore',
      ...(signal === undefined ? {} : { cancelSignal: signal }),
    });
  } catch (cause) {
    if (!(cause instanceof ExecaError)) throw cause;
    if (cause.isCanceled)
      throw new BoardsmithError('INTERRUPTED', `compiling ${name} was stopped`, { cause });
    throw new BoardsmithError('STEP_FAILED', `compiling ${name} failed`, {
      problems: String(cause.stderr ?? '')
        .split('\n')
        .filter((line) => / error: /.test(line)),
      hint: options.hint ?? 'report it with all that was printed',
      cause,
    });
  }
}

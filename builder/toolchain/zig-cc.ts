import { basename, join } from 'node:path';
import { ExecaError, execa } from 'execa';
import { BoardsmithError } from '../error/boardsmith-error.ts';

export interface ZigOptions {
  /** Folder of the unpacked ziglang wheel. */
  readonly zigRoot: string;
  /** Where the compiler runs; it is the first place for headers. */
  readonly directory: string;
  /** Folder for the compiler's cache; the first run fills it with a musl (30 to 50 s). */
  readonly cacheDirectory: string;
  /** What is made. */
  readonly output: string;
  /** What to do about errors of the compiler. */
  readonly hint?: string;
  readonly signal?: AbortSignal;
}

/**
 * Runs the pinned C compiler, with nothing of this machine's environment.
 * @throws BoardsmithError STEP_FAILED with what the compiler said; INTERRUPTED
 */
export async function zigCc(options: ZigOptions, args: readonly string[]): Promise<void> {
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

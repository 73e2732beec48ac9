import { join } from 'node:path';
import { type ExecaError, execa } from 'execa';
import { BoardsmithError } from '../error/boardsmith-error.ts';

export interface CompileLauncherOptions {
  /** Folder of the unpacked ziglang wheel. */
  readonly zigRoot: string;
  /** Folder that holds launcher.c. */
  readonly sources: string;
  /** The program to make. */
  readonly output: string;
  /** Folder for the compiler's cache. */
  readonly cacheDirectory: string;
  readonly signal: AbortSignal;
}

/** Freestanding: the launcher needs no C library, so the compiler has none to build first. */
const flags = [
  ...['-target', 'x86_64-linux-musl', '-nostdlib', '-static', '-ffreestanding', '-fno-builtin'],
  ...['-Os', '-s', '-std=gnu11', '-Wall', '-Wextra', '-Werror'],
];

/**
 * Compiles the launcher for the build machine; the same source gives the same bytes in any folder.
 * @throws BoardsmithError STEP_FAILED with what the compiler said
 */
export async function compileLauncher(options: CompileLauncherOptions): Promise<void> {
  const { zigRoot, sources, output, cacheDirectory, signal } = options;
  try {
    await execa(join(zigRoot, 'ziglang/zig'), ['cc', ...flags, 'launcher.c', '-o', output], {
      cwd: sources,
      extendEnv: false,
      env: { ZIG_GLOBAL_CACHE_DIR: cacheDirectory, ZIG_LOCAL_CACHE_DIR: cacheDirectory },
      stdin: 'ignore',
      cancelSignal: signal,
    });
  } catch (cause) {
    throw new BoardsmithError(
      'STEP_FAILED',
      `compiling the launcher failed: ${String((cause as ExecaError).stderr ?? cause)}`,
      { hint: 'is builder/compile/sources as it was published?', cause },
    );
  }
}

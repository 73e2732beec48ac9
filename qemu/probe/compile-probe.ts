import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ExecaError, execa } from 'execa';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { strictFlags } from '../../builder/init/compile-init.ts';

const sources = fileURLToPath(new URL('.', import.meta.url));

export interface CompileProbeOptions {
  /** Folder of the unpacked ziglang wheel. */
  readonly zigRoot: string;
  /** The program to make. */
  readonly output: string;
  /** Folder for the compiler's cache; the first run fills it with a musl (30 to 50 s). */
  readonly cacheDirectory: string;
  readonly signal?: AbortSignal;
}

/**
 * Compiles the probe into one static program for arm64. It is the tests' own and in no image.
 * @throws BoardsmithError STEP_FAILED with what the compiler said, INTERRUPTED
 */
export async function compileProbe(options: CompileProbeOptions): Promise<void> {
  const { zigRoot, output, cacheDirectory, signal } = options;
  const files = (await readdir(sources)).filter((name) => name.endsWith('.c')).sort();
  const partial = `${output}.${process.pid}.partial`;
  const args = [
    'cc',
    '-target',
    'aarch64-linux-musl',
    '-static',
    '-Os',
    '-s',
    ...strictFlags,
    ...files,
    '-o',
    partial,
  ];
  try {
    await execa(join(zigRoot, 'ziglang/zig'), args, {
      cwd: sources,
      extendEnv: false,
      env: { ZIG_GLOBAL_CACHE_DIR: cacheDirectory, ZIG_LOCAL_CACHE_DIR: cacheDirectory },
      stdin: 'ignore',
      ...(signal === undefined ? {} : { cancelSignal: signal }),
    });
    await rename(partial, output);
  } catch (cause) {
    await rm(partial, { force: true });
    if (!(cause instanceof ExecaError)) throw cause;
    if (cause.isCanceled)
      throw new BoardsmithError('INTERRUPTED', 'compiling the probe was stopped', { cause });
    throw new BoardsmithError('STEP_FAILED', 'compiling the probe failed', {
      problems: String(cause.stderr ?? '').split('\n'),
      hint: 'mend the lines of qemu/probe that are named',
      cause,
    });
  }
}

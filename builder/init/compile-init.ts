import { readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ExecaError, execa } from 'execa';
import { BoardsmithError } from '../error/boardsmith-error.ts';

/** Everything that a compiler can find fault with is an error. */
export const strictFlags: readonly string[] = [
  '-std=gnu11',
  '-D_GNU_SOURCE',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-Wcast-qual',
  '-Wconversion',
  '-Wimplicit-fallthrough',
  '-Wmissing-prototypes',
  '-Wpointer-arith',
  '-Wshadow',
  '-Wstrict-prototypes',
  '-Wundef',
  '-Wvla',
  '-Wwrite-strings',
];

/** Static, at a random address, with guarded stacks: children of init do read what comes from the network. */
const programFlags: readonly string[] = ['-static', '-fPIE', '-pie', '-fstack-protector-strong', '-Os', '-s'];

export interface CompileInitOptions {
  /** Folder of the unpacked ziglang wheel. */
  readonly zigRoot: string;
  /** Folder of init's own sources, overlays/init. */
  readonly sources: string;
  /** The plan that `planSource` wrote. */
  readonly planC: string;
  /** The program to make. */
  readonly output: string;
  /** Folder for the compiler's cache; the first run fills it with a musl (30 to 50 s). */
  readonly cacheDirectory: string;
  /** `aarch64-linux-musl` for a board. */
  readonly target: string;
  /** `NAME` or `NAME=VALUE` each. */
  readonly defines?: readonly string[];
  readonly signal?: AbortSignal;
}

/**
 * Compiles init with its plan into one static program; the same sources give the same bytes in any folder.
 * @throws BoardsmithError STEP_FAILED with what the compiler said
 */
export async function compileInit(options: CompileInitOptions): Promise<void> {
  const { sources, planC, output, target, defines = [] } = options;
  const files = (await readdir(sources)).filter((name) => name.endsWith('.c')).sort();
  const partial = `${output}.partial`;
  const flags = ['-target', target, ...programFlags, ...strictFlags];
  try {
    await zigCc(options, [
      ...flags,
      ...defines.map((define) => `-D${define}`),
      '-I.',
      ...files,
      planC,
      '-o',
      partial,
    ]);
    await rename(partial, output);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

async function zigCc(options: CompileInitOptions, args: readonly string[]): Promise<void> {
  const { zigRoot, sources, cacheDirectory, signal } = options;
  try {
    await execa(join(zigRoot, 'ziglang/zig'), ['cc', ...args], {
      cwd: sources,
      /* Nothing of this machine's environment reaches the compiler. */
      extendEnv: false,
      env: { ZIG_GLOBAL_CACHE_DIR: cacheDirectory, ZIG_LOCAL_CACHE_DIR: cacheDirectory },
      stdin: 'ignore',
      ...(signal === undefined ? {} : { cancelSignal: signal }),
    });
  } catch (cause) {
    if (!(cause instanceof ExecaError)) throw cause;
    if (cause.isCanceled) throw new BoardsmithError('INTERRUPTED', 'compiling init was stopped', { cause });
    throw new BoardsmithError('STEP_FAILED', `compiling init (${basename(options.output)}) failed`, {
      problems: String(cause.stderr ?? '')
        .split('\n')
        .filter((line) => / error: /.test(line)),
      hint: 'mend the lines of overlays/init that are named; if it is plan.c, report it with all that was printed',
      cause,
    });
  }
}

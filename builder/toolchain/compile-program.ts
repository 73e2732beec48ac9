import { rename, rm } from 'node:fs/promises';
import { zigCc } from './zig-cc.ts';

/** Static, at a random address, with guarded stacks: what is compiled reads what comes from the network. */
const programFlags: readonly string[] = ['-static', '-fPIE', '-pie', '-fstack-protector-strong', '-Os', '-s'];

export interface CompileProgramOptions {
  /** Folder of the unpacked ziglang wheel. */
  readonly zigRoot: string;
  /** Where the compiler runs; it is the first place for headers. */
  readonly directory: string;
  /** Sources of C: absolute, or relative to the directory. */
  readonly files: readonly string[];
  readonly flags: readonly string[];
  /** The program to make. */
  readonly output: string;
  /** Folder for the compiler's cache; the first run fills it with a musl (30 to 50 s). */
  readonly cacheDirectory: string;
  /** `aarch64-linux-musl` for a board. */
  readonly target: string;
  /** What to do about errors of the compiler. */
  readonly hint?: string;
  readonly signal?: AbortSignal;
}

/**
 * Compiles C into one static program; the same sources give the same bytes in any folder.
 * @throws BoardsmithError STEP_FAILED with what the compiler said; INTERRUPTED
 */
export async function compileProgram(options: CompileProgramOptions): Promise<void> {
  const { files, flags, output, target } = options;
  const partial = `${output}.partial`;
  try {
    await zigCc(options, ['-target', target, ...programFlags, ...flags, '-I.', ...files, '-o', partial]);
    await rename(partial, output);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

import { rename, rm } from 'node:fs/promises';
import { type ZigOptions, zigCc } from './zig-cc.ts';

/** Static, at a random address, with guarded stacks: what is compiled reads what comes from the network. */
const programFlags: readonly string[] = ['-static', '-fPIE', '-pie', '-fstack-protector-strong', '-Os', '-s'];

export interface CompileProgramOptions extends ZigOptions {
  /** Sources of C: absolute, or relative to the directory. */
  readonly files: readonly string[];
  readonly flags: readonly string[];
  /** `aarch64-linux-musl` for a board. */
  readonly target: string;
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

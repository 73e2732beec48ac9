import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { injectSeaBlob } from './inject.ts';
import { nodeFlags } from './node-flags.ts';
import type { ProgramOptions } from './runtime.ts';
import { seaBlob } from './sea-blob.ts';

/**
 * Makes a single executable: the bundle and Node's flags inside the stripped Node of a base. The same bytes for the same input.
 * @throws BoardsmithError STEP_FAILED if Node cannot run in that memory, or the base is no Node
 */
export async function makeNodeProgram(options: ProgramOptions): Promise<void> {
  const { code, base, memoryLimitMiB, output, signal } = options;
  const blob = seaBlob(code, nodeFlags(memoryLimitMiB));
  const program = injectSeaBlob(await readFile(join(base, 'node')), blob);
  const partial = `${output}.partial`;
  await writeFile(partial, program, { mode: 0o755, signal });
  await rename(partial, output);
}

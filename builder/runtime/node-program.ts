import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostRuntime } from './host-runtime.ts';
import { injectSeaBlob } from './inject.ts';
import { nodeFlags } from './node-flags.ts';
import { nodeRuntime } from './node-runtime.ts';
import type { ProgramOptions } from './runtime.ts';
import { makeSeaBlob } from './sea.ts';

/**
 * Makes a single executable: the bundle and Node's flags inside the stripped Node of a base. The same bytes for the same input.
 * @throws BoardsmithError STEP_FAILED, HOST_UNSUITABLE, INTERRUPTED
 */
export async function makeNodeProgram(options: ProgramOptions): Promise<void> {
  const { code, base, memoryLimitMiB, output, scratch, signal } = options;
  const flags = nodeFlags(memoryLimitMiB);
  const blob = await makeSeaBlob({
    code,
    flags,
    hostNode: await hostRuntime(nodeRuntime, options),
    scratch,
    signal,
  });
  const program = injectSeaBlob(await readFile(join(base, 'node')), blob);
  const partial = `${output}.partial`;
  await writeFile(partial, program, { mode: 0o755, signal });
  await rename(partial, output);
}

import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { injectSeaBlob } from './inject.ts';
import { nodeFlags } from './node-flags.ts';
import type { ProgramOptions } from './runtime.ts';
import { makeSeaBlob } from './sea.ts';

/** Node for this machine, in its npm package. */
/** Node for the build machine, in its unpacked npm package. */
export const hostProgram = 'package/bin/node';

/**
 * Makes a single executable: the bundle and Node's flags inside the stripped Node of a base. The same bytes for the same input.
 * @throws BoardsmithError STEP_FAILED, HOST_UNSUITABLE, INTERRUPTED
 */
export async function makeNodeProgram(options: ProgramOptions): Promise<void> {
  const { code, base, host, memoryLimitMiB, output, scratch, signal } = options;
  const flags = nodeFlags(memoryLimitMiB);
  const blob = await makeSeaBlob({ code, flags, hostNode: join(host, hostProgram), scratch, signal });
  const program = injectSeaBlob(await readFile(join(base, 'node')), blob);
  const partial = `${output}.partial`;
  await writeFile(partial, program, { mode: 0o755, signal });
  await rename(partial, output);
}

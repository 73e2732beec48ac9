import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PackagedTool, packagedTool } from '../toolchain/packaged-tool.ts';
import { injectSeaBlob } from './inject.ts';
import { nodeFlags } from './node-flags.ts';
import type { ProgramOptions } from './runtime.ts';
import { makeSeaBlob } from './sea.ts';

/** Node for this machine, run with the locked libraries. @throws BoardsmithError HOST_UNSUITABLE if one of them is missing */
export async function hostNode({
  host,
  libraries,
}: Pick<ProgramOptions, 'host' | 'libraries'>): Promise<PackagedTool> {
  return await packagedTool(libraries, { program: 'node', file: join(host, 'package/bin/node') });
}

/**
 * Makes a single executable: the bundle and Node's flags inside the stripped Node of a base. The same bytes for the same input.
 * @throws BoardsmithError STEP_FAILED, HOST_UNSUITABLE, INTERRUPTED
 */
export async function makeNodeProgram(options: ProgramOptions): Promise<void> {
  const { code, base, memoryLimitMiB, output, scratch, signal } = options;
  const flags = nodeFlags(memoryLimitMiB);
  const blob = await makeSeaBlob({ code, flags, hostNode: await hostNode(options), scratch, signal });
  const program = injectSeaBlob(await readFile(join(base, 'node')), blob);
  const partial = `${output}.partial`;
  await writeFile(partial, program, { mode: 0o755, signal });
  await rename(partial, output);
}

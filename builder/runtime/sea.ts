import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackagedTool } from '../toolchain/packaged-tool.ts';
import { mainName } from './sea-blob.ts';

export interface SeaOptions {
  /** The bundle: one CommonJS module. */
  readonly code: string;
  /** Node's own flags; there are no others at run time. */
  readonly flags: readonly string[];
  /** Node for this machine, of the very version that the blob is for: no other reads it. */
  readonly hostNode: Pick<PackagedTool, 'run'>;
  /** An empty folder. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}

/**
 * Has Node make the blob of a single executable: code and flags as it stores them. It holds no compiled code and no snapshot, so it depends
 * neither on the processor nor on the C library under the Node that writes it, and the same input gives the same bytes.
 * @throws BoardsmithError STEP_FAILED with what Node said; INTERRUPTED
 */
export async function makeSeaBlob({ code, flags, hostNode, scratch, signal }: SeaOptions): Promise<Buffer> {
  const configuration = {
    main: mainName,
    output: 'blob',
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    useCodeCache: false,
    execArgv: flags,
    // NODE_OPTIONS is honoured without it.
    execArgvExtension: 'none',
  };
  await writeFile(join(scratch, mainName), code);
  await writeFile(join(scratch, 'sea.json'), JSON.stringify(configuration));
  // Paths are relative to the working folder; what is written here stands in the blob.
  await hostNode.run(['--experimental-sea-config', 'sea.json'], { cwd: scratch, signal });
  return await readFile(join(scratch, 'blob'));
}

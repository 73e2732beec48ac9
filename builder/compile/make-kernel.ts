import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { sha256OfFile } from '../lock/sha256-of-file.ts';
import type { BuildEnvironment } from './build-environment.ts';

/** File in the folder of the sources: seconds since 1970 that the kernel says it was built at. */
export const sourceDateFile = '.source-date';

export interface KernelTree {
  readonly environment: BuildEnvironment;
  /** Folder of the unpacked sources; it is only read. */
  readonly source: string;
  /** Folder of the configuration and of all that is built. */
  readonly build: string;
  /** Folder for what ccache keeps: after a change of a few options most files are not compiled again. */
  readonly compilerCache: string;
  readonly signal: AbortSignal;
}

/**
 * Runs the kernel's make. Nothing of this machine reaches the kernel: its tools, folders, user, host name and clock stay out.
 * @throws BoardsmithError STEP_FAILED, INTERRUPTED
 */
export async function makeKernel(
  tree: KernelTree,
  targets: readonly string[],
  onLine?: (line: string) => void,
): Promise<void> {
  const { environment, source, build, compilerCache, signal } = tree;
  const { root, ownShell } = environment;
  const timeStamp = Number(await readFile(join(source, sourceDateFile), 'utf8'));
  await environment.run(
    'make',
    [
      ...['-C', source, `O=${build}`, `-j${availableParallelism()}`, `SHELL=${join(root, 'usr/bin/sh')}`],
      ...['ARCH=arm64', 'CROSS_COMPILE=aarch64-linux-gnu-', 'CC=ccache aarch64-linux-gnu-gcc-14'],
      'HOSTCC=x86_64-linux-gnu-gcc-14',
      `HOSTCFLAGS=--sysroot=${root}`,
      // Static: what the build makes for itself must not ask for the host's loader.
      `HOSTLDFLAGS=--sysroot=${root} -static ${ownShell}`,
      ...targets,
    ],
    {
      cwd: build,
      signal,
      environment: {
        KBUILD_BUILD_TIMESTAMP: new Date(timeStamp * 1000).toUTCString(),
        KBUILD_BUILD_USER: 'boardsmith',
        KBUILD_BUILD_HOST: 'boardsmith',
        KBUILD_BUILD_VERSION: '1',
        ...(await ccacheSettings(root, compilerCache)),
      },
      ...(onLine === undefined ? {} : { onLine }),
    },
  );
}

/** Files that decide what the cross compiler makes; the launchers in their places are all alike. */
const compilerFiles = [
  'programs/usr/bin/aarch64-linux-gnu-gcc-14',
  'programs/usr/libexec/gcc-cross/aarch64-linux-gnu/14/cc1',
  'programs/usr/bin/aarch64-linux-gnu-as',
];

async function ccacheSettings(root: string, folder: string): Promise<Record<string, string>> {
  const sums = await Promise.all(compilerFiles.map((file) => sha256OfFile(join(root, file))));
  return {
    CCACHE_DIR: folder,
    CCACHE_COMPILERCHECK: `string:${sums.join(' ')}`,
    // The folder that is built in is another one each time, and is in no object: none has debug information.
    CCACHE_NOHASHDIR: '1',
    CCACHE_MAXSIZE: '1G',
  };
}

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { BuildEnvironment } from './build-environment.ts';

export interface UbootTree {
  readonly environment: BuildEnvironment;
  /** Folder of the unpacked sources; it is only read. */
  readonly source: string;
  readonly build: string;
  /** Seconds since 1970 that the boot loader says it was built at. */
  readonly timeStamp: number;
  /** BL31, or null. */
  readonly firmware: string | null;
  readonly signal: AbortSignal;
}

/**
 * Runs U-Boot's make; nothing of this machine reaches the boot loader.
 * @throws BoardsmithError STEP_FAILED, INTERRUPTED
 */
export async function makeUboot(
  tree: UbootTree,
  targets: readonly string[],
  onLine?: (line: string) => void,
): Promise<void> {
  const { environment, source, build, timeStamp, firmware, signal } = tree;
  const { root, ownShell } = environment;
  const shell = join(root, 'usr/bin/sh');
  await environment.run(
    'make',
    [
      ...['-C', source, `O=${build}`, `-j${availableParallelism()}`, `SHELL=${shell}`],
      // The Makefile itself would look for the host's bash first.
      `CONFIG_SHELL=${shell}`,
      ...['CROSS_COMPILE=aarch64-linux-gnu-', 'CC=aarch64-linux-gnu-gcc-14'],
      'HOSTCC=x86_64-linux-gnu-gcc-14',
      `HOSTCFLAGS=--sysroot=${root}`,
      `HOSTLDFLAGS=--sysroot=${root} -static ${ownShell}`,
      // Ready-made: its Python module would need swig and Python's headers. make wants it as a file.
      `DTC=${join(root, 'usr/bin/dtc')}`,
      // Of the control processor's firmware, which only puts a board to sleep, there is none.
      ...(firmware === null ? [] : [`BL31=${firmware}`, 'SCP=/dev/null']),
      ...targets,
    ],
    {
      cwd: build,
      signal,
      environment: {
        SOURCE_DATE_EPOCH: String(timeStamp),
        PYTHONDONTWRITEBYTECODE: '1',
        PYTHONHASHSEED: '0',
        PYTHONNOUSERSITE: '1',
        PYTHONPATH: join(root, 'usr/lib/python3/dist-packages'),
      },
      ...(onLine === undefined ? {} : { onLine }),
    },
  );
}

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ExecaError, execa } from 'execa';
import { BoardsmithError } from '../error/boardsmith-error.ts';

/** Name of the module inside the blob; nobody sees it but who reads the bytes. */
const mainName = 'daemon.cjs';

export interface SeaOptions {
  /** The bundle: one CommonJS module. */
  readonly code: string;
  /** Node's own flags; there are no others at run time. */
  readonly flags: readonly string[];
  /** Node's program for this machine, of the very version that the blob is for: no other reads it. */
  readonly hostNode: string;
  /** An empty folder. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}

/**
 * Makes the blob of a single executable: code and flags as Node stores them. It holds no compiled code and no snapshot, so it depends
 * neither on the processor nor on the C library under the Node that writes it, and the same input gives the same bytes.
 * @throws BoardsmithError STEP_FAILED with what Node said; HOST_UNSUITABLE if that Node does not run here; INTERRUPTED
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
  try {
    // Paths are relative to the working folder; what is written here stands in the blob.
    await execa(hostNode, ['--experimental-sea-config', 'sea.json'], {
      cwd: scratch,
      extendEnv: false,
      env: {},
      stdin: 'ignore',
      cancelSignal: signal,
    });
  } catch (cause) {
    if (!(cause instanceof ExecaError)) throw cause;
    throw failure(cause);
  }
  return await readFile(join(scratch, 'blob'));
}

function failure(cause: ExecaError): BoardsmithError {
  if (cause.isCanceled)
    return new BoardsmithError('INTERRUPTED', 'making the program was stopped', { cause });
  const said = String(cause.stderr ?? '').trim();
  // 127: the loader found no library of this name or version.
  if (cause.exitCode === 127 || cause.code !== undefined) {
    return new BoardsmithError(
      'HOST_UNSUITABLE',
      `the locked Node does not run on this machine: ${said || cause.shortMessage}`,
      {
        hint: 'it needs glibc 2.28 or newer on x86-64, and libstdc++',
        cause,
      },
    );
  }
  return new BoardsmithError('STEP_FAILED', `Node made no single executable: ${said || cause.shortMessage}`, {
    cause,
  });
}

import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { type ExecaError, execa } from 'execa';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { againThenReport } from '../error/hints.ts';

/** Debian's multiarch folder of the build machine's architecture. */
const libraryFolder = 'usr/lib/x86_64-linux-gnu';
/** How much of what a tool said goes into an error: so many lines of its beginning and of its end. */
const linesInError = 4;

export interface RunOptions {
  readonly signal: AbortSignal;
  /** What the tool reads from its standard input; nothing without it. */
  readonly input?: Readable | Uint8Array;
  /** Working folder of the tool; the current one without it. */
  readonly cwd?: string;
  /** Added to the clean environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A program of a Debian package that runs from where it was unpacked. */
export interface PackagedTool {
  /** Folder in which the packages lie, absolute. */
  readonly root: string;
  /**
   * Runs it with nothing of the host's: own loader, own libraries, own character sets, an environment of its own.
   * @returns what it wrote to its standard output
   * @throws BoardsmithError STEP_FAILED with what it said; INTERRUPTED; the error of `input` if that failed
   */
  run(args: readonly string[], options: RunOptions): Promise<string>;
}

/**
 * Finds a Debian program in a folder into which its packages were unpacked (amd64, with everything that they depend on).
 * The program is started by the loader that lies there, so it runs on a host with another libc, and the host's copies of program
 * and libraries are never used: before the first run the loader is asked where it would take each library from.
 * @param root folder with the unpacked packages
 * @param options.program its name, looked for in the packages' folders of programs
 * @param options.file path of a program that came in another way (from npm, say) and needs these packages' libraries
 * @throws BoardsmithError HOST_UNSUITABLE if program, loader or a library is not in the folder
 */
export async function packagedTool(
  root: string,
  { program, file: elsewhere }: { program: string; file?: string },
): Promise<PackagedTool> {
  const folder = resolve(root);
  // The loader splits its path at these and expands `$ORIGIN`.
  if (/[:;$]/.test(folder)) {
    throw new BoardsmithError(
      'HOST_UNSUITABLE',
      `tools cannot run from a folder with ":", ";" or "$": ${folder}`,
      {
        hint: 'use another folder: --cache DIR',
      },
    );
  }
  const loader = join(folder, libraryFolder, 'ld-linux-x86-64.so.2');
  const places = [join(folder, 'usr/bin', program), join(folder, 'usr/sbin', program)];
  const file = (elsewhere === undefined ? places : [resolve(elsewhere)]).find(existsSync);
  if (file === undefined || !existsSync(loader)) {
    throw incomplete(program, `${file === undefined ? program : 'the loader'} is not in its packages`);
  }
  const loaderOptions = [
    '--inhibit-cache',
    '--library-path',
    join(folder, libraryFolder),
    '--argv0',
    program,
  ];
  const environment = cleanEnvironment(folder);
  const { stdout: libraries } = await execa(loader, [...loaderOptions, '--list', file], {
    env: environment,
    extendEnv: false,
    reject: false,
  });
  const strange = foreignLibraries(libraries, folder);
  if (strange.length > 0) throw incomplete(program, `not in its packages: ${strange.join(', ')}`);
  return {
    root: folder,
    async run(args, { signal, input, cwd, environment: added = {} }) {
      let inputError: unknown;
      if (input instanceof Readable) input.once('error', (error) => (inputError = error));
      try {
        const { stdout } = await execa(loader, [...loaderOptions, file, ...args], {
          env: { ...environment, ...added },
          extendEnv: false,
          cancelSignal: signal,
          ...(cwd === undefined ? {} : { cwd }),
          ...(input === undefined ? { stdin: 'ignore' } : { input }),
          maxBuffer: 16 << 20,
        });
        return stdout;
      } catch (error) {
        // The tool fails only because its input did: that is the error to tell of.
        throw inputError ?? failure(program, error as ExecaError);
      }
    },
  };
}

function cleanEnvironment(root: string): Record<string, string> {
  return {
    LC_ALL: 'C',
    // A POSIX zone: "UTC" would be read from the host's zone files.
    TZ: 'UTC0',
    // mtools and dosfstools convert names: without these glibc reads the host's locales and converters.
    LOCPATH: join(root, 'usr/lib/locale'),
    GCONV_PATH: join(root, libraryFolder, 'gconv'),
    HOME: '/nonexistent',
  };
}

/** The lines of `ld.so --list` (`name => path (address)`) that name no file below `root`. */
function foreignLibraries(list: string, root: string): string[] {
  return list
    .split('\n')
    .map((line) => /^\s*(\S+) => (.*?)(?: \(0x[0-9a-f]+\))?$/.exec(line))
    .filter((match) => match !== null && !match[2]!.startsWith(`${root}/`))
    .map((match) => match![1]!);
}

function incomplete(program: string, what: string): BoardsmithError {
  return new BoardsmithError('HOST_UNSUITABLE', `the packaged tool ${program} cannot run: ${what}`, {
    hint: 'lock it with everything that it depends on: boardsmith lock --renew',
  });
}

function failure(program: string, error: ExecaError): BoardsmithError {
  if (error.isCanceled) {
    return new BoardsmithError('INTERRUPTED', `${program} was stopped`, { cause: error });
  }
  const lines = `${error.stderr ?? ''}\n${error.stdout ?? ''}`.trim().split('\n');
  const long = lines.length > 2 * linesInError;
  const said = long ? [...lines.slice(0, linesInError), '…', ...lines.slice(-linesInError)] : lines;
  const how = error.exitCode === undefined ? error.shortMessage : `exit code ${error.exitCode}`;
  return new BoardsmithError('STEP_FAILED', `${basename(program)} failed (${how}): ${said.join('\n')}`, {
    hint: againThenReport,
    cause: error,
  });
}

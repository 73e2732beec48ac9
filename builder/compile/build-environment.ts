import { symlinkSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type ExecaError, execa } from 'execa';
import { BoardsmithError } from '../error/boardsmith-error.ts';

/** Compilers, make, a shell and its tools, all from the lock, in a folder of their own. */
export interface BuildEnvironment {
  /** Absolute. */
  readonly root: string;
  /** Object of own-shell.c, to be linked into what a build compiles for itself. */
  readonly ownShell: string;
  /**
   * Runs a program by name with nothing of the host's: its PATH has only the environment's folder.
   * @throws BoardsmithError STEP_FAILED with the last lines that it wrote; INTERRUPTED
   */
  run(program: string, args: readonly string[], options: RunOptions): Promise<void>;
}

export interface RunOptions {
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly environment?: Readonly<Record<string, string>>;
  /** Is given each line of output, without its end. */
  readonly onLine?: (line: string) => void;
}

/** Names that builds use → programs of the packages; Debian makes such links when it installs a package. */
const links = {
  ar: 'x86_64-linux-gnu-ar',
  as: 'x86_64-linux-gnu-as',
  awk: 'mawk',
  ld: 'x86_64-linux-gnu-ld',
  // bash runs a script without a #! line itself; dash would ask the host's /bin/sh to.
  sh: 'bash',
} as const;

/** How many lines of a failed build go into the error: of those that speak of an error, and of its end. make goes on with other files meanwhile. */
const linesInError = 10;
const speaksOfError = /\berror\b|Error \d|undefined reference|not found|No such file|\*\*\*/;

/**
 * In the place of coreutils' env, which would have the host's /bin/sh run a script without a #! line; the shell that runs this one does so itself.
 * Options are not understood.
 */
const env = `while case $1 in *=*) ;; *) false ;; esac; do export "$1"; shift; done
exec "$@"
`;

/** Adds to unpacked packages what Debian's installation would have made, and an env that stays within. */
export async function addLinks(root: string): Promise<void> {
  for (const [name, target] of Object.entries(links)) {
    const link = join(root, 'usr/bin', name);
    await rm(link, { force: true });
    symlinkSync(target, link);
  }
  const place = join(root, 'usr/bin/env');
  await rm(place);
  await writeFile(place, env, { mode: 0o755 });
}

/** @param root output of the step build-environment, absolute */
export function buildEnvironment(root: string): BuildEnvironment {
  const clean = {
    PATH: join(root, 'usr/bin'),
    SHELL: join(root, 'usr/bin/sh'),
    LC_ALL: 'C',
    TZ: 'UTC0',
    HOME: '/nonexistent',
    // Places that are compiled into these programs.
    BISON_PKGDATADIR: join(root, 'usr/share/bison'),
    M4: 'm4',
    PERL5LIB: join(root, 'usr/lib/x86_64-linux-gnu/perl-base'),
  };
  return {
    root,
    ownShell: join(root, 'own-shell.o'),
    async run(program, args, { cwd, signal, environment = {}, onLine }) {
      const [last, errors]: [string[], string[]] = [[], []];
      const running = execa(join(root, 'usr/bin', program), args, {
        cwd,
        env: { ...clean, ...environment },
        extendEnv: false,
        stdin: 'ignore',
        all: true,
        buffer: false,
        cancelSignal: signal,
        // make needs a moment to stop its own children.
        forceKillAfterDelay: 20_000,
      });
      const lines = createInterface({ input: running.all, crlfDelay: Number.POSITIVE_INFINITY });
      lines.on('line', (line) => {
        if (speaksOfError.test(line) && errors.length < linesInError) errors.push(line);
        else last.push(line);
        if (last.length > linesInError) last.shift();
        onLine?.(line);
      });
      try {
        await running;
      } catch (error) {
        throw failure(program, error as ExecaError, [...errors, ...last]);
      }
    },
  };
}

function failure(program: string, error: ExecaError, lines: readonly string[]): BoardsmithError {
  if (error.isCanceled) {
    return new BoardsmithError('INTERRUPTED', `${program} was stopped`, { cause: error });
  }
  const how = error.exitCode === undefined ? error.shortMessage : `exit code ${error.exitCode}`;
  return new BoardsmithError('STEP_FAILED', `${program} failed (${how})`, {
    problems: lines,
    hint: 'what is built with is locked: look at the fragment and at the sources, or build for a board with packages instead',
    cause: error,
  });
}

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ExecaError, execa } from 'execa';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { type FeedAnswer, FeedServer } from './feed-server.ts';
import { feedFiles, packageKindOf } from './package-kind.ts';
import { rewriteFeeds } from './rewrite-feeds.ts';

export interface ImageBuilderRun {
  /** The unpacked ImageBuilder; it is written into. */
  readonly folder: string;
  /** Release that its feeds must be of. */
  readonly version: string;
  /** `image`, or `manifest`, which installs the packages and stops. */
  readonly goal: 'image' | 'manifest';
  /** Variables of make by name; each is one argument and none is seen by a shell. */
  readonly variables: Readonly<Record<string, string>>;
  readonly answer: FeedAnswer;
  /** An empty folder for home and temporary files. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}

const linesInError = 12;

/**
 * Runs an ImageBuilder with the host's make, in an environment of its own, with a server on loopback as its only feed. Whether it did what
 * it was asked is not known when this returns: it ends well without an image, too.
 * @returns what it printed on its standard output
 * @throws BoardsmithError HOST_UNSUITABLE (no make, or a folder that make cannot work in), STEP_FAILED with its last lines, INTERRUPTED, or what
 * `answer` threw
 */
export async function runImageBuilder(run: ImageBuilderRun): Promise<string> {
  const { folder, version, goal, variables, scratch, signal } = run;
  if (!/^[A-Za-z0-9._/+~-]+$/.test(folder)) {
    throw new BoardsmithError('HOST_UNSUITABLE', `an ImageBuilder cannot run in the folder ${folder}`, {
      hint: 'use a cache whose path has only letters, digits and ._/+~-: --cache DIR',
    });
  }
  await mkdir(scratch, { recursive: true });
  const list = join(folder, feedFiles[packageKindOf(folder)]);
  const server = await FeedServer.start(run.answer);
  let output = '';
  let failure: unknown;
  try {
    await writeFile(list, rewriteFeeds(await readFile(list, 'utf8'), version, server.origin));
    const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    const { stdout } = await execa('sh', ['-c', 'umask 022; exec make "$@"', 'make', goal, ...settings], {
      cwd: folder,
      env: environment(scratch),
      extendEnv: false,
      stdin: 'ignore',
      cancelSignal: signal,
      // A make that is stopped leaves children behind unless it may stop them itself.
      forceKillAfterDelay: 5000,
      maxBuffer: 64 << 20,
    });
    output = stdout;
  } catch (error) {
    failure = failed(error as ExecaError, goal, server.missing);
  }
  await server.close();
  if (failure !== undefined) throw failure;
  return output;
}

/** No address but the feed server's is reached by a client that honours these. */
function environment(scratch: string): Record<string, string> {
  const nowhere = 'http://127.0.0.1:9';
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LC_ALL: 'C',
    TZ: 'UTC0',
    HOME: scratch,
    TMPDIR: scratch,
    http_proxy: nowhere,
    https_proxy: nowhere,
    no_proxy: '127.0.0.1',
  };
}

function failed(error: ExecaError, goal: string, missing: readonly string[]): unknown {
  if (error.isCanceled)
    return new BoardsmithError('INTERRUPTED', 'the ImageBuilder was stopped', { cause: error });
  if (!('exitCode' in error)) return error;
  if (error.exitCode === 127) {
    return new BoardsmithError('HOST_UNSUITABLE', 'this machine has no make, which runs the ImageBuilder', {
      hint: 'apt-get install make perl python3 gawk unzip rsync file wget zstd',
      cause: error,
    });
  }
  const said = `${error.stdout ?? ''}\n${error.stderr ?? ''}`.trim().split('\n').slice(-linesInError);
  const absent = missing.map((path) => `not there: ${path}`);
  return new BoardsmithError(
    'STEP_FAILED',
    `the ImageBuilder failed (make ${goal}, exit code ${error.exitCode}):\n${[...said, ...absent].join('\n')}`,
    {
      hint:
        missing.length > 0
          ? 'it asked for what is not pinned: boardsmith lock --renew openwrt'
          : 'look at what it says of packages and space, and correct what the image is asked to hold',
      cause: error,
    },
  );
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ExecaError, execa } from 'execa';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { againThenReport } from '../error/hints.ts';
import { judgedKinds } from './bundle-judgement.ts';
import { type EsbuildMessage, parseEsbuildMessages } from './esbuild-messages.ts';
import type { Metafile } from './metafile.ts';
import { evalFreeAliases } from './without-eval.ts';

/** Names in the scratch folder beside `app`. */
const outputName = 'daemon.cjs';
const metafileName = 'metafile.json';

const fixedFlags: readonly string[] = [
  '--bundle',
  '--platform=node',
  '--target=node24',
  '--format=cjs',
  // A recipe cannot set NODE_ENV, and packages are in an image to work.
  '--define:process.env.NODE_ENV="production"',
  // A tsconfig.json above the scratch folder must not steer it, so none does.
  '--tsconfig-raw={}',
  // The packages lie elsewhere, behind a link; their place must not show in the output.
  '--preserve-symlinks',
  '--legal-comments=eof',
  '--log-level=warning',
  '--log-limit=0',
  '--color=false',
  ...judgedKinds.map((kind) => `--log-override:${kind}=warning`),
];

export interface EsbuildRun {
  readonly messages: readonly EsbuildMessage[];
  /** Null if there were errors. */
  readonly result: { readonly code: string; readonly metafile: Metafile } | null;
}

/**
 * Runs esbuild's program in the folder `app` of a scratch folder.
 * @param program esbuild
 * @param entry what to bundle, relative to `app`
 * @param externals modules of the runtime that esbuild does not know
 * @throws BoardsmithError STEP_FAILED if it fails and says nothing that can be read; INTERRUPTED
 */
export async function runEsbuild(
  program: string,
  {
    scratch,
    entry,
    externals,
    signal,
  }: { scratch: string; entry: string; externals: readonly string[]; signal: AbortSignal },
): Promise<EsbuildRun> {
  const app = join(scratch, 'app');
  const external = externals.map((name) => `--external:${name}`);
  const outputs = [`--outfile=../${outputName}`, `--metafile=../${metafileName}`];
  try {
    const { stderr } = await execa(
      program,
      [entry, ...fixedFlags, ...external, ...outputs, ...evalFreeAliases(app)],
      {
        cwd: app,
        // NODE_PATH and ESBUILD_* would change what it does.
        extendEnv: false,
        env: {},
        stdin: 'ignore',
        cancelSignal: signal,
      },
    );
    return {
      messages: parseEsbuildMessages(stderr),
      result: {
        code: await readFile(join(scratch, outputName), 'utf8'),
        metafile: JSON.parse(await readFile(join(scratch, metafileName), 'utf8')) as Metafile,
      },
    };
  } catch (cause) {
    if (!(cause instanceof ExecaError)) throw cause;
    if (cause.isCanceled) throw new BoardsmithError('INTERRUPTED', 'bundling was stopped', { cause });
    const messages = parseEsbuildMessages(String(cause.stderr ?? ''));
    if (messages.some(({ severity }) => severity === 'error')) return { messages, result: null };
    throw new BoardsmithError('STEP_FAILED', `esbuild failed: ${cause.shortMessage}`, {
      hint: againThenReport,
      cause,
    });
  }
}

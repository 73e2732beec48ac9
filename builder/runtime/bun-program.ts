import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { againThenReport } from '../error/hints.ts';
import { bunPayloadProblem } from '../rootfs/audit/bun-payload.ts';
import { bunFlags } from './bun-flags.ts';
import { bunRuntime } from './bun-runtime.ts';
import { hostRuntime } from './host-runtime.ts';
import type { HostFolders, ProgramOptions } from './runtime.ts';

/** Names in the scratch folder. The second is where the program believes that it lies: `/$bunfs/root/daemon`. */
const moduleName = 'daemon.cjs';
const programName = 'daemon';

/** Of `bun build`. */
export const compileFlags: readonly string[] = [
  '--compile',
  '--target=bun-linux-arm64-musl',
  // The bundle is whole; what it asks for besides is in the runtime or absent.
  '--external=*',
  '--format=cjs',
  // Files in the daemon's folder, which is /data, must not steer it.
  '--no-compile-autoload-dotenv',
  '--no-compile-autoload-bunfig',
  '--no-compile-autoload-tsconfig',
  '--no-compile-autoload-package-json',
  `--compile-exec-argv=${bunFlags.join(' ')}`,
];

/**
 * Compiles a program: the bundle and Bun's flags inside the stripped, deaf Bun of a base. The same bytes for the same input.
 * @throws BoardsmithError STEP_FAILED, also if the daemon is not in what was compiled; HOST_UNSUITABLE, INTERRUPTED
 */
export async function makeBunProgram(options: ProgramOptions & HostFolders): Promise<void> {
  const { code, base, output, scratch, signal } = options;
  await writeFile(join(scratch, moduleName), code);
  // Bun looks upwards for these; here it ends.
  for (const name of ['package.json', 'tsconfig.json']) await writeFile(join(scratch, name), '{}');
  const bun = await hostRuntime(bunRuntime, options);
  const files = [`--compile-executable-path=${join(base, 'bun')}`, `--outfile=${programName}`, moduleName];
  await bun.run(['build', ...compileFlags, ...files], { cwd: scratch, signal });
  const program = join(scratch, programName);
  await requirePayload(program);
  await rename(program, output);
}

/** @throws BoardsmithError STEP_FAILED for a program that would start as the bare Bun */
export async function requirePayload(program: string): Promise<void> {
  const problem = bunPayloadProblem(await readFile(program));
  if (problem === null) return;
  throw new BoardsmithError('STEP_FAILED', `the program that Bun compiled has lost its daemon: ${problem}`, {
    hint: againThenReport,
  });
}

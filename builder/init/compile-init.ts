import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compileProgram } from '../toolchain/compile-program.ts';

/** Everything that a compiler can find fault with is an error. */
export const strictFlags: readonly string[] = [
  '-std=gnu11',
  '-D_GNU_SOURCE',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-Wcast-qual',
  '-Wconversion',
  '-Wimplicit-fallthrough',
  '-Wmissing-prototypes',
  '-Wpointer-arith',
  '-Wshadow',
  '-Wstrict-prototypes',
  '-Wundef',
  '-Wvla',
  '-Wwrite-strings',
];

export interface CompileInitOptions {
  /** Folder of the unpacked ziglang wheel. */
  readonly zigRoot: string;
  /** Folder of init's own sources, overlays/init. */
  readonly sources: string;
  /** The plan that `planSource` wrote. */
  readonly planC: string;
  /** The program to make. */
  readonly output: string;
  /** Folder for the compiler's cache; the first run fills it with a musl (30 to 50 s). */
  readonly cacheDirectory: string;
  /** `aarch64-linux-musl` for a board. */
  readonly target: string;
  /** `NAME` or `NAME=VALUE` each. */
  readonly defines?: readonly string[];
  /** Output of the step `signature-library`, for a plan that takes a unit's identity; without it sources/identity is left out. */
  readonly signatureLibrary?: string;
  readonly signal?: AbortSignal;
}

/**
 * Compiles init with its plan into one static program; the same sources give the same bytes in any folder.
 * @throws BoardsmithError STEP_FAILED with what the compiler said
 */
export async function compileInit(options: CompileInitOptions): Promise<void> {
  const { zigRoot, sources, planC, output, cacheDirectory, target, defines = [], signal } = options;
  const { signatureLibrary } = options;
  const files = await sourcesIn(sources);
  const identity =
    signatureLibrary === undefined
      ? { files: [], flags: [] }
      : {
          files: [
            ...(await sourcesIn(join(sources, 'identity'))).map((name) => `identity/${name}`),
            ...(await objectsOf(signatureLibrary)),
          ],
          flags: [
            ...['include', 'include/sodium'].flatMap((folder) => [
              '-isystem',
              join(signatureLibrary, folder),
            ]),
            '-Wl,--gc-sections',
          ],
        };
  await compileProgram({
    ...{ zigRoot, output, cacheDirectory, target },
    directory: sources,
    files: [...files, ...identity.files, planC],
    flags: [...strictFlags, ...identity.flags, ...defines.map((define) => `-D${define}`)],
    hint: 'mend the lines of overlays/init that are named; if it is plan.c, report it with all that was printed',
    ...(signal === undefined ? {} : { signal }),
  });
}

async function sourcesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.c')).sort();
}

async function objectsOf(library: string): Promise<string[]> {
  const folder = join(library, 'objects');
  return (await readdir(folder)).sort().map((name) => join(folder, name));
}

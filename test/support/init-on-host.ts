import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { strictFlags } from '../../builder/init/compile-init.ts';
import { hostSignatureLibrary } from './signature-library.ts';
import type { TestZig } from './zig.ts';

const repository = join(import.meta.dirname, '../..');
const sources = join(repository, 'overlays/init');
const host = join(repository, 'test/init/host');

const hostTarget = 'x86_64-linux-musl';

/** Undefined behaviour ends the program with a report; leaks and overruns of a page are the tests' own business. */
const hostFlags = [
  ...['-target', hostTarget],
  '-static',
  '-O1',
  '-fsanitize=undefined',
  '-fno-sanitize-trap=undefined',
];
/** The tests' own code is held to the same rules but this one: it converts numbers freely. */
const testFlags = strictFlags.filter((flag) => flag !== '-Wconversion' && flag !== '-Wcast-qual');

/** What plays the kernel in sys.c's place. */
const playedKernel = ['kernel.c', 'image.c', 'dhcp_server.c', 'time_server.c'].map((name) =>
  join(host, name),
);

/**
 * Compiles init for this machine: `scenarios` and `units` with its system calls replaced by test/init/host/kernel.c, `real_network` and
 * `identity` with its own.
 * @param program a source in test/init/host
 * @param plan what planSource wrote
 * @param directory an empty folder
 * @returns the program
 */
export async function compileInitOnHost(
  zig: TestZig,
  program: 'scenarios' | 'units' | 'real_network' | 'identity',
  plan: string,
  directory: string,
): Promise<string> {
  await mkdir(directory, { recursive: true });
  const planC = join(directory, 'plan.c');
  await writeFile(planC, plan);
  const files = (await readdir(sources))
    .filter((name) => name.endsWith('.c') && name !== 'main.c' && name !== 'sys.c')
    .sort()
    .map((name) => join(sources, name));
  // The reader of a card's identity needs libsodium: it is compiled where it is tried.
  const identity = program === 'identity' ? await identityReader(zig) : [];
  const kernel =
    program === 'real_network' || program === 'identity' ? [join(sources, 'sys.c')] : playedKernel;
  const output = join(directory, program);
  await execa(
    join(zig.zigRoot, 'ziglang/zig'),
    [
      'cc',
      ...hostFlags,
      ...testFlags,
      `-I${sources}`,
      ...files,
      ...kernel,
      ...identity,
      join(host, `${program}.c`),
      planC,
      '-o',
      output,
    ],
    { env: { ZIG_GLOBAL_CACHE_DIR: zig.cacheDirectory, ZIG_LOCAL_CACHE_DIR: zig.cacheDirectory } },
  );
  return output;
}

/** Sources, objects of libsodium, and where its headers are. */
async function identityReader(zig: TestZig): Promise<string[]> {
  const library = await hostSignatureLibrary(zig, hostTarget);
  const folder = join(sources, 'identity');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.c')).sort();
  const objects = (await readdir(join(library, 'objects'))).sort();
  return [
    ...['include', 'include/sodium'].flatMap((headers) => ['-isystem', join(library, headers)]),
    '-Wl,--gc-sections',
    ...files.map((name) => join(folder, name)),
    ...objects.map((name) => join(library, 'objects', name)),
  ];
}

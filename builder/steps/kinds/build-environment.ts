import { join } from 'node:path';
import { addLinks, buildEnvironment as environmentIn } from '../../compile/build-environment.ts';
import { compileLauncher } from '../../compile/compile-launcher.ts';
import { makeRelocatable } from '../../compile/make-relocatable.ts';
import { unpackDeb } from '../../toolchain/unpack-deb.ts';
import type { StepKind } from '../step-kind.ts';

/**
 * Inputs `packages` (compilers, make, a shell and its tools), `zig`, `sources` (builder/compile/sources). Output: those packages, whose
 * programs run and start each other from any folder, and `own-shell.o`.
 */
export const buildEnvironment: StepKind = {
  kind: 'build-environment',
  async run({ files, folder, output, scratch, compilerCache, signal, progress }) {
    progress('unpacking');
    // Packages depend on the same ones.
    for (const file of new Set(files('packages'))) {
      await unpackDeb(file, output, { only: (path) => !documentation.test(path), signal });
    }
    const launcher = join(scratch, 'launcher');
    await compileLauncher({
      zigRoot: folder('zig'),
      sources: folder('sources'),
      output: launcher,
      cacheDirectory: compilerCache,
      signal,
    });
    makeRelocatable(output, launcher);
    await addLinks(output);
    progress('compiling the way to its own shell');
    await environmentIn(output).run(
      'x86_64-linux-gnu-gcc-14',
      [
        ...`--sysroot=${output} -O2 -Wall -Wextra -Werror -c own-shell.c -o`.split(' '),
        join(output, 'own-shell.o'),
      ],
      { cwd: folder('sources'), signal },
    );
  },
};

const documentation = /^usr\/share\/(?:doc|man|info|locale|lintian)\//;

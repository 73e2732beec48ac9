import { copyFile, cp, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { buildEnvironment } from '../../compile/build-environment.ts';
import { linkTree } from '../../compile/link-tree.ts';
import { makeKernel } from '../../compile/make-kernel.ts';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import type { StepKind } from '../step-kind.ts';

/**
 * Inputs `environment`, `source`, `configuration`. Output: `kernel` (packed with gzip), `System.map`, `config`, and `device-trees/` with all
 * that the configuration asks for. A kernel above parameter `limitBytes` stops the build.
 */
export const builtKernel: StepKind = {
  kind: 'built-kernel',
  cost: 'about 10 minutes on 2 cores',
  async run({ step, folder, output, scratch, compilerCache, signal, progress }) {
    const { limitBytes } = step.parameters as { limitBytes: number };
    const source = join(scratch, 'source');
    linkTree(folder('source'), source);
    const build = join(source, 'build');
    await mkdir(build);
    await copyFile(join(folder('configuration'), 'config'), join(build, '.config'));
    const tree = {
      environment: buildEnvironment(folder('environment')),
      source,
      build,
      compilerCache,
      signal,
    };
    let compiled = 0;
    await makeKernel(tree, ['Image.gz', 'dtbs'], (line) => {
      const file = /^ {2}(?:CC|AS|DTC|LD) +(\S+)/.exec(line)?.[1];
      if (file === undefined) return;
      compiled += 1;
      if (compiled % linesApart === 0) progress(`${compiled} files compiled (${file})`);
    });
    const kernel = join(build, 'arch/arm64/boot/Image.gz');
    const { size } = await stat(kernel);
    if (size > limitBytes) {
      throw new BoardsmithError(
        'STEP_FAILED',
        `the kernel has ${size} bytes, more than the ${limitBytes} it may have`,
        {
          hint: 'take out what the appliance does not need from the fragment of its configuration',
        },
      );
    }
    await copyFile(kernel, join(output, 'kernel'));
    await copyFile(join(build, 'System.map'), join(output, 'System.map'));
    await copyFile(join(build, '.config'), join(output, 'config'));
    await copyDeviceTrees(join(build, 'arch/arm64/boot/dts'), join(output, 'device-trees'));
  },
};

/** A line for each file would fill a log. */
const linesApart = 50;

async function copyDeviceTrees(from: string, to: string): Promise<void> {
  await mkdir(to);
  const files = await readdir(from, { recursive: true });
  for (const file of files.filter((name) => name.endsWith('.dtb')).sort()) {
    await cp(join(from, file), join(to, file));
  }
}

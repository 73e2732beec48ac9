import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildEnvironment } from '../../compile/build-environment.ts';
import { notTaken, parseConfiguration, parseFragment } from '../../compile/kernel-fragment.ts';
import { makeKernel } from '../../compile/make-kernel.ts';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import type { StepKind } from '../step-kind.ts';

/**
 * Inputs `environment`, `source`, `fragment` (one file, named by parameter `fragment`). Output: `config`, the whole configuration.
 * The kernel's tinyconfig and the fragment are all that is on; an option of the fragment that did not take stops the build.
 */
export const kernelConfiguration: StepKind = {
  kind: 'kernel-configuration',
  async run({ step, folder, output, scratch, compilerCache, signal }) {
    const { fragment: name } = step.parameters as { fragment: string };
    const source = folder('source');
    const text = await readFile(join(folder('fragment'), name), 'utf8');
    const fragment = parseFragment(text, name);
    // What `make tinyconfig` lays one over the other.
    const tiny = ['tiny-base.config', 'tiny.config'].map((file) => join(source, 'kernel/configs', file));
    const parts = await Promise.all(tiny.map((file) => readFile(file, 'utf8')));
    const wanted = join(scratch, 'wanted.config');
    await writeFile(wanted, [...parts, text].join('\n'));
    const tree = {
      environment: buildEnvironment(folder('environment')),
      source,
      build: scratch,
      compilerCache,
      signal,
    };
    await makeKernel(tree, [`KCONFIG_ALLCONFIG=${wanted}`, 'allnoconfig']);
    const result = join(scratch, '.config');
    const problems = notTaken(fragment, parseConfiguration(await readFile(result, 'utf8')));
    if (problems.length > 0) {
      throw new BoardsmithError('STEP_FAILED', `the kernel cannot be configured as ${name} says`, {
        problems,
        hint: `correct ${name}, or add what these options depend on`,
      });
    }
    await copyFile(result, join(output, 'config'));
  },
};

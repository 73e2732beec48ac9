import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { displayPath } from '../../recipe/problem.ts';
import type { RuntimeName } from '../../recipe/runtime-name.ts';
import { type BundleOptions, bundle } from '../../runtime/bundle.ts';
import { runtimes } from '../../runtime/runtimes.ts';
import type { StepContext, StepKind } from '../step-kind.ts';

/**
 * Inputs `esbuild`, `sources` (a recipe's own files) and `packages` (npm packages), each of the latter two where there are any. Parameters `entry` and `runtime`.
 * Output: `daemon.cjs`, and `packages.json`: which npm packages are in it, with their licences.
 */
export const bundleDaemon: StepKind = {
  kind: 'bundle-daemon',
  async run(context) {
    const { step, folder, output, scratch, signal, progress } = context;
    const { code, packages, notes } = await bundle({
      esbuild: folder('esbuild'),
      entry: step.parameters.entry as BundleOptions['entry'],
      sources: sourcesOf(context),
      packages: step.inputs.packages === undefined ? null : folder('packages'),
      runtime: runtimes[step.parameters.runtime as RuntimeName],
      scratch,
      signal,
    });
    for (const note of notes) progress(note);
    await writeFile(join(output, 'daemon.cjs'), code);
    await writeFile(join(output, 'packages.json'), JSON.stringify(packages));
  },
};

function sourcesOf({ step, folder }: StepContext): BundleOptions['sources'] {
  const input = step.inputs.sources;
  if (input?.from !== 'source') return null;
  return {
    root: folder('sources'),
    files: input.files.map(({ path }) => path),
    // The step has a copy; a person edits the file that it was made from, and in the recipe's own folder knows it by its name alone.
    name: input.root === process.cwd() ? '' : displayPath(input.root),
  };
}

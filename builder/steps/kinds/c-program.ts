import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceEdit } from '../../recipe/resolved-recipe.ts';
import { compileProgram } from '../../toolchain/compile-program.ts';
import type { StepKind } from '../step-kind.ts';
import { otherSources, unpackPatched } from '../unpack-patched.ts';

interface Parameters {
  readonly folder: string;
  readonly defines: readonly string[];
  readonly edits: readonly SourceEdit[];
}

/**
 * Inputs `tarballs` (upstream's and Debian's), `zig`, `patch`; parameters as `CSourcesEntry`. Output: `program`, static, of upstream's
 * sources with Debian's patches and the edits.
 */
export const cProgram: StepKind = {
  kind: 'c-program',
  cost: 'about 1 minute on 2 cores',
  async run(context) {
    const { step, folder, output, scratch, compilerCache, signal } = context;
    const { folder: part, defines, edits } = step.parameters as unknown as Parameters;
    const sources = join(scratch, 'sources');
    const version = await unpackPatched(context, sources);
    for (const edit of edits) await applyEdit(sources, edit);
    const directory = join(sources, part);
    const names = (await readdir(directory)).filter((name) => name.endsWith('.c')).sort();
    await compileProgram({
      zigRoot: folder('zig'),
      directory,
      files: names,
      flags: defines.map((define) => `-D${define.replace('{version}', version)}`),
      output: join(output, 'program'),
      cacheDirectory: compilerCache,
      target: 'aarch64-linux-musl',
      signal,
    });
  },
};

async function applyEdit(sources: string, { file, from, to, reason }: SourceEdit): Promise<void> {
  const path = join(sources, file);
  const text = await readFile(path, 'utf8');
  if (text.split(from).length !== 2) throw otherSources(`${file} cannot be changed so that ${reason}`);
  await writeFile(
    path,
    text.replace(from, () => to),
  );
}

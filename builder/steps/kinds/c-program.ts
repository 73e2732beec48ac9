import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackSource } from '../../compile/unpack-source.ts';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import type { LockedInput } from '../../lock/lock-format.ts';
import type { SourceEdit } from '../../recipe/resolved-recipe.ts';
import { compileProgram } from '../../toolchain/compile-program.ts';
import { compressionOf } from '../../toolchain/decompress.ts';
import { packagedTool } from '../../toolchain/packaged-tool.ts';
import type { StepContext, StepKind } from '../step-kind.ts';

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
    const entries = step.inputs.tarballs?.from === 'lock' ? step.inputs.tarballs.entries : [];
    const sources = join(scratch, 'sources');
    const version = await unpackPatched(context, entries, sources);
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

/** @returns upstream's version */
async function unpackPatched(
  { files, folder, scratch, signal }: StepContext,
  entries: readonly LockedInput[],
  to: string,
): Promise<string> {
  const debian = join(scratch, 'debian');
  const places = new Map([
    [/\.orig\.tar(\.\w+)$/, to],
    [/\.debian\.tar(\.\w+)$/, debian],
  ]);
  for (const [ending, place] of places) {
    const index = entries.findIndex(({ id }) => ending.test(id));
    const file = files('tarballs')[index];
    const compression = ending.exec(entries[index]?.id ?? '')?.[1];
    if (file === undefined || compression === undefined)
      throw otherSources(`no tarball is named ${ending.source}`);
    await unpackSource(file, place, () => true, signal, compressionOf(file, compression));
  }
  const patch = await packagedTool(folder('patch'), { program: 'patch' });
  for (const name of await series(debian)) {
    const args = ['-p1', '--batch', '--no-backup-if-mismatch', '-i', join(debian, 'patches', name)];
    await patch.run(args, { cwd: to, signal });
  }
  return upstreamVersion(await readFile(join(debian, 'changelog'), 'utf8'));
}

/** Names of patches, in the order in which they are applied; none if the package has no such file. */
async function series(debian: string): Promise<string[]> {
  const text = await readFile(join(debian, 'patches/series'), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    },
  );
  return text
    .split('\n')
    .map((line) => line.replace(/\s*#.*/, '').trim())
    .filter(Boolean);
}

/** deb-changelog(5): `name (upstream-revision) suite; …`; of the upstream version no epoch. */
function upstreamVersion(changelog: string): string {
  const version = /^\S+ \((?:\d+:)?([^()]+)-[^-()]+\)/.exec(changelog)?.[1];
  if (version === undefined) throw otherSources('its changelog names no version');
  return version;
}

async function applyEdit(sources: string, { file, from, to, reason }: SourceEdit): Promise<void> {
  const path = join(sources, file);
  const text = await readFile(path, 'utf8');
  if (text.split(from).length !== 2) throw otherSources(`${file} cannot be changed so that ${reason}`);
  await writeFile(
    path,
    text.replace(from, () => to),
  );
}

function otherSources(what: string): BoardsmithError {
  return new BoardsmithError('STEP_FAILED', `the sources are other than expected: ${what}`, {
    hint: 'the lock pins another version than this Boardsmith was written for: take the lock that came with it',
  });
}

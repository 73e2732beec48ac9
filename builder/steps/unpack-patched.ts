import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackSource } from '../compile/unpack-source.ts';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { compressionOf } from '../toolchain/decompress.ts';
import { packagedTool } from '../toolchain/packaged-tool.ts';
import type { StepContext } from './step-kind.ts';

/**
 * Unpacks a source package of Debian with Debian's patches.
 * @param context of a step with the inputs `tarballs` (upstream's and Debian's) and `patch`
 * @param to an absolute folder, made here
 * @returns upstream's version
 * @throws BoardsmithError STEP_FAILED for sources that are other than expected; INTERRUPTED
 */
export async function unpackPatched(
  { step, files, folder, scratch, signal }: StepContext,
  to: string,
): Promise<string> {
  const entries = step.inputs.tarballs?.from === 'lock' ? step.inputs.tarballs.entries : [];
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

/** The lock pins sources that this Boardsmith does not know. */
export function otherSources(what: string): BoardsmithError {
  return new BoardsmithError('STEP_FAILED', `the sources are other than expected: ${what}`, {
    hint: 'the lock pins another version than this Boardsmith was written for: take the lock that came with it',
  });
}

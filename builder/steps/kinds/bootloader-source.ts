import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildEnvironment } from '../../compile/build-environment.ts';
import { sourceDateFile } from '../../compile/make-kernel.ts';
import { useStartingShell } from '../../compile/unpack-source.ts';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import type { StepKind } from '../step-kind.ts';

const hint = 'the sources are other than U-Boot 2025.01 of Debian: pin that, or change this step';

/**
 * Inputs `environment`, `tarballs` (upstream's and Debian's). Output: U-Boot's sources with Debian's patches, and the date of Debian's
 * release.
 */
export const bootloaderSource: StepKind = {
  kind: 'bootloader-source',
  async run({ step, files, folder, output, scratch, signal }) {
    const environment = buildEnvironment(folder('environment'));
    const entries = step.inputs.tarballs?.from === 'lock' ? step.inputs.tarballs.entries : [];
    const fileOf = (part: RegExp): string => {
      const index = entries.findIndex(({ id }) => part.test(id));
      if (index < 0)
        throw new BoardsmithError('STEP_FAILED', `no tarball of sources is named ${part.source}`, { hint });
      return files('tarballs')[index]!;
    };
    const unpack = async (file: string, to: string, ...args: string[]): Promise<void> => {
      await environment.run('tar', ['--no-same-owner', ...args, '-C', to, '-xf', file], {
        cwd: scratch,
        signal,
      });
    };
    await unpack(fileOf(/\.orig\.tar\./), output, '--strip-components=1', '--bzip2');
    await unpack(fileOf(/\.debian\.tar\./), scratch, '--xz');
    const patches = join(scratch, 'debian/patches');
    const series = (await readFile(join(patches, 'series'), 'utf8')).split('\n');
    for (const name of series.map((line) => line.replace(/\s*#.*/, '').trim()).filter(Boolean)) {
      const args = ['-p1', '--batch', '--no-backup-if-mismatch', '-i', join(patches, name)];
      await environment.run('patch', args, { cwd: output, signal });
    }
    await useStartingShell(output);
    await startToolsByName(output);
    const changelog = await readFile(join(scratch, 'debian/changelog'), 'utf8');
    await writeFile(join(output, sourceDateFile), String(releaseDate(changelog)));
  },
};

/** What the Makefile takes from the host by full paths, and the same by name. */
const byName = [
  // Its first line would start the host's `env`.
  ['cmd_binman = $(srctree)/tools/binman/binman', 'cmd_binman = $(PYTHON3) $(srctree)/tools/binman/binman'],
  ['&& /bin/pwd)', '&& pwd)'],
] as const;

async function startToolsByName(source: string): Promise<void> {
  const file = join(source, 'Makefile');
  let text = await readFile(file, 'utf8');
  for (const [call, named] of byName) {
    if (text.split(call).length !== 2)
      throw new BoardsmithError('STEP_FAILED', `the Makefile has no single line with ${call}`, { hint });
    text = text.replace(call, () => named);
  }
  await writeFile(file, text);
}

/** Seconds since 1970 of the newest entry (deb-changelog(5)). */
function releaseDate(changelog: string): number {
  const date = /^ -- .*> {2}(.*)$/m.exec(changelog)?.[1] ?? '';
  const seconds = Date.parse(date) / 1000;
  if (!Number.isInteger(seconds))
    throw new BoardsmithError('STEP_FAILED', `the changelog has no date: ${date}`, { hint });
  return seconds;
}

import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { sourceDateFile } from '../../compile/make-kernel.ts';
import { unpackSource, useStartingShell } from '../../compile/unpack-source.ts';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { unpackDeb } from '../../toolchain/unpack-deb.ts';
import type { StepKind } from '../step-kind.ts';

const hint = "kernel.source.package names Debian's package of the sources: linux-source";

/**
 * Input `package`: Debian's linux-source. Output: the sources, without what no arm64 kernel is made from, and the date of Debian's
 * release: the kernel says that it was built then, so that it does not change with the lock.
 */
export const kernelSource: StepKind = {
  kind: 'kernel-source',
  async run({ files, output, scratch, signal, progress }) {
    const [deb] = files('package');
    progress('unpacking the package');
    await unpackDeb(deb!, scratch, {
      only: (path) => path.startsWith('usr/src/') || path.endsWith('/changelog.Debian.gz'),
      signal,
    });
    const folder = join(scratch, 'usr/src');
    const tarballs = (await readdir(folder)).filter((name) => name.endsWith('.tar.xz'));
    if (tarballs.length !== 1)
      throw new BoardsmithError(
        'STEP_FAILED',
        `the package of sources has ${tarballs.length} tarballs, not one`,
        { hint },
      );
    progress('unpacking the sources');
    await unpackSource(join(folder, tarballs[0]!), output, isNeeded, signal);
    await rm(folder, { recursive: true });
    await useStartingShell(output);
    await writeFile(join(output, sourceDateFile), String(await releaseDate(scratch)));
  },
};

const code = /\.(?:[chS]|dtsi?|dtso)$/;

/**
 * Half of the tarball is documentation, other architectures, graphics and sound: unpacking it costs a minute and a gigabyte. Files that say
 * how to build stay everywhere, since make reads them.
 */
function isNeeded(path: string): boolean {
  if (/^(?:Documentation|LICENSES|samples|tools)\//.test(path))
    return /(?:^|\/)Kconfig[^/]*$|^tools\/(?:include|build|scripts)\//.test(path);
  const isForeign = path.startsWith('arch/') && !/^arch\/(?:arm64\/|arm\/boot\/dts\/)/.test(path);
  return !(code.test(path) && (isForeign || /^(?:sound|drivers\/gpu\/drm)\//.test(path)));
}

/** Seconds since 1970 of the newest entry of the package's changelog (deb-changelog(5)). */
async function releaseDate(scratch: string): Promise<number> {
  const [folder] = await readdir(join(scratch, 'usr/share/doc'));
  const changelog = gunzipSync(
    await readFile(join(scratch, 'usr/share/doc', folder!, 'changelog.Debian.gz')),
  );
  const date = /^ -- .*> {2}(.*)$/m.exec(changelog.toString('utf8'))?.[1] ?? '';
  const seconds = Date.parse(date) / 1000;
  if (!Number.isInteger(seconds))
    throw new BoardsmithError('STEP_FAILED', `the changelog has no date: ${date}`, { hint });
  return seconds;
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';

/** Which package manager an ImageBuilder installs with. */
export type PackageKind = 'opkg' | 'apk';

/** The file that lists the feeds, by package manager: what tells the two apart, since backports made versions tell nothing. */
export const feedFiles: Readonly<Record<PackageKind, string>> = {
  opkg: 'repositories.conf',
  apk: 'repositories',
};

/**
 * Tells the kind of an unpacked ImageBuilder by what is in it.
 * @throws BoardsmithError STEP_FAILED if it has neither list of feeds, or both
 */
export function packageKindOf(imageBuilder: string): PackageKind {
  const found = (['opkg', 'apk'] as const).filter((kind) => existsSync(join(imageBuilder, feedFiles[kind])));
  if (found.length === 1) return found[0]!;
  const what = found.length === 0 ? 'neither' : 'both';
  throw new BoardsmithError(
    'STEP_FAILED',
    `the ImageBuilder has ${what} of ${feedFiles.opkg} (opkg) and ${feedFiles.apk} (apk)`,
    { hint: 'name a release that is 23.05 or later' },
  );
}

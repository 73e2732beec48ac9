import { join } from 'node:path';
import type { OpenwrtEntry } from '../../builder/lock/lock-format.ts';
import type { OpenwrtPackageRecorder } from '../../builder/lock/resolve/openwrt/package-recorder.ts';
import { runImageBuilder } from './run-imagebuilder.ts';
import { unpackImageBuilder } from './unpack-imagebuilder.ts';

/**
 * For `resolveLock`: lets the ImageBuilder install a request's packages (`make manifest`) from a server that fetches from the mirror, keeps
 * and pins everything it gives out. Which packages those are is so the package manager's own answer, and their signatures are checked by it
 * with the keys of the (pinned) ImageBuilder. A branch's feeds are rebuilt daily: without these pins, tomorrow's image would be another one.
 * @throws BoardsmithError as `unpackImageBuilder` and `runImageBuilder` do
 */
export const recordPackages: OpenwrtPackageRecorder = async (request, context) => {
  const { imageBuilder, scratch, signal } = context;
  const folder = join(scratch, 'unpacked');
  context.progress('unpacking the ImageBuilder');
  await unpackImageBuilder(imageBuilder, folder, signal);
  const pinned = new Map<string, OpenwrtEntry>();
  context.progress('asking the ImageBuilder for its packages');
  await runImageBuilder({
    folder,
    version: request.version,
    goal: 'manifest',
    variables: { PROFILE: request.profile, PACKAGES: request.packages.join(' ') },
    scratch: join(scratch, 'home'),
    signal,
    answer: async (path) => {
      const download = await context.pin(path);
      if (download === null) return null;
      pinned.set(path, download.entry);
      return download.file;
    },
  });
  return [...pinned.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
};

import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PackagePlace } from '../../lock/lock-format.ts';
import { unpackNpmTarball } from '../../toolchain/unpack-npm-tarball.ts';
import type { StepKind } from '../step-kind.ts';

/** Input `tarballs`: an npm tree's packages, each unpacked where parameter `places` says (`node_modules/a/node_modules/b`). */
export const npmPackages: StepKind = {
  kind: 'npm-packages',
  async run(context) {
    const { step, output, scratch, signal } = context;
    const input = step.inputs.tarballs;
    if (input?.from !== 'lock') throw new Error('tarballs must come from the lock');
    const files = context.files('tarballs');
    const fileOf = new Map(input.entries.map(({ id }, index) => [id, files[index]!]));
    // Sorted by path, so that an outer package lies there before those inside it.
    for (const { path, entry } of step.parameters.places as readonly PackagePlace[]) {
      signal.throwIfAborted();
      const folder = join(scratch, 'unpacked');
      await unpackNpmTarball(fileOf.get(entry)!, folder, signal);
      await mkdir(dirname(join(output, path)), { recursive: true });
      await rename(join(folder, 'package'), join(output, path));
      await rm(folder, { recursive: true });
    }
  },
};

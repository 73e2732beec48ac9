import { unpackNpmTarball } from '../../toolchain/unpack-npm-tarball.ts';
import type { StepKind } from '../step-kind.ts';

/** Input `tarball`: one npm package, unpacked into the output (its files lie in `package/`). */
export const unpackNpm: StepKind = {
  kind: 'unpack-npm',
  async run(context) {
    const [tarball] = context.files('tarball');
    await unpackNpmTarball(tarball!, context.output, context.signal);
  },
};

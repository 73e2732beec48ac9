import { unpackDeb } from '../../toolchain/unpack-deb.ts';
import type { StepKind } from '../step-kind.ts';

/** Input `packages`: Debian packages, unpacked one over the other into the output, as dpkg would lay them. */
export const unpackDebian: StepKind = {
  kind: 'unpack-debian',
  async run(context) {
    for (const file of context.files('packages')) {
      await unpackDeb(file, context.output, { signal: context.signal });
    }
  },
};

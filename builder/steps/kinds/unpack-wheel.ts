import { unpackWheel } from '../../toolchain/unpack-wheel.ts';
import type { StepKind } from '../step-kind.ts';

/** Input `wheel`: one Python wheel, unpacked into the output. */
export const unpackWheelStep: StepKind = {
  kind: 'unpack-wheel',
  async run(context) {
    const [wheel] = context.files('wheel');
    await unpackWheel(wheel!, context.output, { signal: context.signal });
  },
};

import { makeNodeBase } from '../../runtime/node-base.ts';
import type { StepKind } from '../step-kind.ts';

/** Inputs `wheel` (Node for musl), `musl`, `binutils`. Output: `node`, the base of single executables, and in `lib` what it needs. */
export const nodeBase: StepKind = {
  kind: 'node-base',
  async run({ folder, output, signal }) {
    const [wheel, musl, binutils] = [folder('wheel'), folder('musl'), folder('binutils')];
    await makeNodeBase({ wheel, musl, binutils, output, signal });
  },
};

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeNodeBase } from '../../runtime/node-base.ts';
import { nodeBaseLicences } from '../../runtime/node-licences.ts';
import type { StepKind } from '../step-kind.ts';

/**
 * Inputs `wheel` (Node for musl), `musl`, `binutils`, and `nodeHost` for the licence text of Node.
 * Output: `node`, the base of single executables, in `lib` what it needs, and `licences.json`: what they are made of.
 */
export const nodeBase: StepKind = {
  kind: 'node-base',
  async run({ folder, output, signal }) {
    const [wheel, musl, binutils] = [folder('wheel'), folder('musl'), folder('binutils')];
    await makeNodeBase({ wheel, musl, binutils, output, signal });
    const licences = await nodeBaseLicences({ wheel, musl, binutils, nodeHost: folder('nodeHost') });
    await writeFile(join(output, 'licences.json'), JSON.stringify(licences));
  },
};

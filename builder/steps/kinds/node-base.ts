import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostRuntime } from '../../runtime/host-runtime.ts';
import { makeNodeBase } from '../../runtime/node-base.ts';
import { nodeBaseLicences } from '../../runtime/node-licences.ts';
import { nodeRuntime } from '../../runtime/node-runtime.ts';
import { requireSameBlob } from '../../runtime/require-same-blob.ts';
import type { StepKind } from '../step-kind.ts';

/**
 * Inputs `wheel` (Node for musl), `musl`, `binutils`, and `nodeHost` with `hostLibraries`: the same Node for this machine.
 * Output: `node`, the base of single executables, in `lib` what it needs, and `licences.json`: what they are made of.
 */
export const nodeBase: StepKind = {
  kind: 'node-base',
  async run({ folder, output, scratch, signal }) {
    const [wheel, musl, binutils] = [folder('wheel'), folder('musl'), folder('binutils')];
    await makeNodeBase({ wheel, musl, binutils, output, signal });
    const [host, libraries] = [folder('nodeHost'), folder('hostLibraries')];
    await requireSameBlob({ hostNode: await hostRuntime(nodeRuntime, { host, libraries }), scratch, signal });
    const licences = await nodeBaseLicences({ wheel, musl, binutils, nodeHost: host });
    await writeFile(join(output, 'licences.json'), JSON.stringify(licences));
  },
};

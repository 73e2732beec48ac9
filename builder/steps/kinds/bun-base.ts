import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeBunBase } from '../../runtime/bun-base.ts';
import { bunBaseLicences } from '../../runtime/bun-licences.ts';
import type { StepKind } from '../step-kind.ts';

/**
 * Inputs `bun` (for musl), `wheel` (libraries of GCC), `musl`, `binutils`, and `bunTypes` for Bun's page of licences.
 * Output: `bun`, the base of compiled programs, in `lib` what it needs, and `licences.json`: what they are made of.
 */
export const bunBase: StepKind = {
  kind: 'bun-base',
  async run({ folder, output, signal }) {
    const [wheel, musl, binutils] = [folder('wheel'), folder('musl'), folder('binutils')];
    await makeBunBase({ bun: folder('bun'), wheel, musl, binutils, output, signal });
    const licences = await bunBaseLicences({ wheel, musl, binutils, bunTypes: folder('bunTypes') });
    await writeFile(join(output, 'licences.json'), JSON.stringify(licences));
  },
};

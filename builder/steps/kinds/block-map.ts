import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { blockMap } from '../../image/block-map.ts';
import { bmapFile } from '../../image/bmap-file.ts';
import type { StepKind } from '../step-kind.ts';

/** Input `image`, the output of `sd-image`. Output: `<unit>.bmap`, and the same ranges as JSON in `mapped.json`. */
export const blockMapStep: StepKind = {
  kind: 'block-map',
  async run({ step, folder, output, signal }) {
    const unit = String(step.parameters.unit);
    const image = join(folder('image'), `${unit}.img`);
    const ranges = await blockMap(image, signal);
    await writeFile(join(output, `${unit}.bmap`), bmapFile((await stat(image)).size, ranges));
    await writeFile(join(output, 'mapped.json'), `${JSON.stringify(ranges)}\n`);
  },
};

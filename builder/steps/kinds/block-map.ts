import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { blockMap, type Content, mapBlockSize } from '../../image/block-map.ts';
import { bmapFile } from '../../image/bmap-file.ts';
import type { ImageManifest } from '../image-manifest.ts';
import type { StepKind } from '../step-kind.ts';

/** Input `image`, the output of `sd-image`. Output: `<unit>.bmap`, and the same ranges as JSON in `mapped.json`. */
export const blockMapStep: StepKind = {
  kind: 'block-map',
  async run({ step, folder, output, signal }) {
    const unit = String(step.parameters.unit);
    const image = join(folder('image'), `${unit}.img`);
    const ranges = await blockMap(image, signal, await contentsOf(folder('image'), unit));
    await writeFile(join(output, `${unit}.bmap`), bmapFile((await stat(image)).size, ranges));
    await writeFile(join(output, 'mapped.json'), `${JSON.stringify(ranges)}\n`);
  },
};

/** Parts that have content, as the image's own manifest tells them. */
async function contentsOf(folder: string, unit: string): Promise<Content[]> {
  const text = await readFile(join(folder, `${unit}.manifest.json`), 'utf8');
  const { partitions } = JSON.parse(text) as ImageManifest;
  return partitions
    .filter(({ used }) => used > 0)
    .map(({ name, offset, used }) => ({
      offset,
      size: Math.ceil(used / mapBlockSize) * mapBlockSize,
      endsWithContent: name.startsWith('boot-'),
    }));
}

import type { PlanBuilder } from './plan-builder.ts';
import type { ToolSteps } from './plan-tools.ts';
import type { PackedFormat, PackedSteps } from './step.ts';

/** Adds the steps that make of an image what is published: its block map, and the image compressed. @param image id of its step: `image:<unit>` */
export function planPackedImage(
  builder: PlanBuilder,
  image: string,
  tools: Pick<ToolSteps, PackedFormat>,
  formats: readonly PackedFormat[],
): PackedSteps {
  const unit = image.replace(/^image:/, '');
  const link = { from: 'step', step: image } as const;
  const blockMap = `map:${unit}`;
  builder.add({
    id: blockMap,
    kind: 'block-map',
    title: `map the blocks of ${unit}`,
    parameters: { unit },
    inputs: { image: link },
  });
  const compress = (format: PackedFormat): string => {
    const id = `${format}:${unit}`;
    builder.add({
      id,
      kind: 'compress-image',
      title: `compress ${unit} with ${format}`,
      parameters: { unit, format },
      inputs: { image: link, tool: tools[format] },
    });
    return id;
  };
  return { blockMap, zstd: compress('zstd'), xz: formats.includes('xz') ? compress('xz') : null };
}

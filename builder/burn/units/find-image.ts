import { suggest } from '../../recipe/did-you-mean.ts';
import type { ReleasedImage, ReleaseManifest } from '../../release/release-manifest.ts';

/**
 * The image that people mean: by its own name (`cxo-qemu-virt`), its recipe's (`cxo`), or a position of the cluster (`cxo-1`).
 * @returns the image, or what to do instead
 */
export function findImage({ images }: Pick<ReleaseManifest, 'images'>, name: string): ReleasedImage | string {
  const found = images.filter((image) => {
    return image.name === name || image.recipe === name || image.positions.includes(name);
  });
  const [image] = found;
  if (image === undefined) {
    return suggest(name, [...new Set(images.flatMap((one) => [one.recipe, one.name, ...one.positions]))]);
  }
  // A recipe may be there for several boards.
  return found.length === 1 ? image : `name one of ${found.map((one) => one.name).join(', ')}`;
}

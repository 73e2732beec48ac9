import type { StepKind } from '../../../builder/steps/step-kind.ts';
import { buildReleaseImage, type ReleaseImage } from '../build-release-image.ts';

/** Input `release`: what the lock answers the request with. Parameter `image`. Output: the image (`.img.gz`) and `router.json`. */
export const openwrtImage: StepKind = {
  kind: 'openwrt-image',
  cost: 'a few minutes',
  async run({ step, files, output, scratch, signal, progress }) {
    const release = step.inputs.release;
    if (release?.from !== 'lock') throw new Error(`step ${step.id} has no locked release`);
    await buildReleaseImage({
      image: step.parameters.image as ReleaseImage,
      release: release.entries,
      releaseFiles: files('release'),
      output,
      scratch,
      signal,
      progress,
    });
  },
};

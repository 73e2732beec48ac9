import type { PlannedImage } from '../plan/step.ts';
import { type PublishedImage, publishImage } from '../steps/publish-image.ts';
import type { Selection } from './image-selection.ts';
import { type PlanRun, type RunPlanOptions, runPlan } from './run-plan.ts';
import type { Terminal } from './terminal.ts';

export interface BuiltImages extends PlanRun {
  /** None in a dry run. */
  readonly images: readonly (PlannedImage & PublishedImage)[];
}

/** Builds the images of a selection with progress and puts them into the output folder. */
export async function buildImages(
  terminal: Terminal,
  { plan }: Selection,
  options: RunPlanOptions,
): Promise<BuiltImages> {
  const { result, run } = await runPlan(terminal, plan, options, async ({ folder }) => {
    const published = [];
    for (const image of plan.images) {
      const files = await publishImage(folder(image.step), options.out, terminal.signal);
      published.push({ ...image, ...files });
    }
    return published;
  });
  return { images: result ?? [], ...run };
}

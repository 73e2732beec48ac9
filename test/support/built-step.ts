import { join } from 'node:path';
import { builderVersion } from '../../builder/cli/workspace.ts';
import { hostArchitecture } from '../../builder/lock/host-architecture.ts';
import { InputStore } from '../../builder/lock/input-store.ts';
import { inputRequests } from '../../builder/plan/input-requests.ts';
import { planImages } from '../../builder/plan/plan-images.ts';
import { loadBoard } from '../../builder/recipe/load-board.ts';
import { loadRecipe } from '../../builder/recipe/load-recipe.ts';
import type { ResolvedBoard } from '../../builder/recipe/resolved-board.ts';
import { stepImplementations, stepKinds } from '../../builder/steps/all-kinds.ts';
import { apply } from '../../builder/steps/apply.ts';
import { StepCache } from '../../builder/steps/step-cache.ts';
import { usableTestLock } from './newcomer-lock.ts';
import { checkout, testCache } from './places.ts';

export interface StepRequest {
  /** Folder of a recipe in this checkout; the test's own plain one if left out. */
  readonly recipe?: string;
  /** Name of a board of this checkout. */
  readonly board: string;
  readonly changeBoard?: (board: ResolvedBoard) => ResolvedBoard;
  /** Which step, of those that an image for the board needs. */
  readonly kind: string;
  /** Folder of the cache; the shared one if left out. Inputs are always taken from the shared one. */
  readonly cache?: string;
}

/** Runs the only step of a kind, with what it needs. @returns its output folder */
export async function builtStep(request: StepRequest): Promise<string> {
  const { board: name, changeBoard, kind, cache } = request;
  const recipe = await loadRecipe(join(checkout, request.recipe ?? 'test/appliances/plain'));
  const loaded = await loadBoard(join(checkout, 'recipes/boards', `${name}.yaml`));
  const board = changeBoard?.(loaded) ?? loaded;
  const { lock } = await usableTestLock(inputRequests([recipe], [board]));
  const plan = planImages({
    recipes: [recipe],
    boards: [board],
    lock,
    hostArchitecture: hostArchitecture(),
    implementations: stepImplementations(),
    boardsmithRoot: checkout,
    version: builderVersion(),
    compression: 'fast',
  });
  const { id } = plan.steps.find((step) => step.kind === kind)!;
  const outputs = await apply(
    { ...plan, images: [{ recipe: recipe.name, board: board.name, step: id }] },
    {
      cache: new StepCache(cache ?? testCache),
      inputs: new InputStore(testCache, { network: true }),
      kinds: stepKinds,
      concurrency: 2,
      signal: new AbortController().signal,
    },
  );
  return outputs.get(id)!;
}

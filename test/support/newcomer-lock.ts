import { join } from 'node:path';
import { ensureOrRenew } from '../../builder/lock/ensure-or-renew.ts';
import { hostArchitecture } from '../../builder/lock/host-architecture.ts';
import { InputStore } from '../../builder/lock/input-store.ts';
import { inputRequests } from '../../builder/plan/input-requests.ts';
import { loadBoard } from '../../builder/recipe/load-board.ts';
import { loadRecipe } from '../../builder/recipe/load-recipe.ts';
import type { ResolvedBoard } from '../../builder/recipe/resolved-board.ts';
import type { ResolvedRecipe } from '../../builder/recipe/resolved-recipe.ts';
import { checkout, testCache } from './places.ts';

/** A lock for recipes of this checkout with which the tests can go on when a pin has vanished. @returns its path */
export async function newcomerLock(recipes: readonly string[]): Promise<string> {
  const board = await loadBoard(join(checkout, 'recipes/boards/qemu-virt.yaml'));
  return (
    await usableTestLock(
      await Promise.all(recipes.map((name) => loadRecipe(join(checkout, 'recipes', name)))),
      board,
    )
  ).file;
}

/** The same for loaded recipes. Says so in one line if a pin was renewed. */
export async function usableTestLock(recipes: readonly ResolvedRecipe[], board: ResolvedBoard) {
  const usable = await ensureOrRenew(
    join(checkout, 'boardsmith.lock'),
    new InputStore(testCache, { network: true }),
    inputRequests(recipes, [board]),
    join(testCache, 'test', 'boardsmith.lock'),
    {
      signal: new AbortController().signal,
      progress: () => {},
      hostArchitecture: hostArchitecture(),
      now: new Date(),
    },
  );
  if (usable.notice !== null) console.log(usable.notice);
  return usable;
}

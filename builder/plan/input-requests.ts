import type { InputRequest } from '../lock/lock-format.ts';
import type { ResolvedBoard } from '../recipe/resolved-board.ts';
import type { ResolvedRecipe } from '../recipe/resolved-recipe.ts';
import type { RuntimeName } from '../recipe/runtime-name.ts';
import { type Tool, tools } from '../toolchain/tools.ts';
import { boardRequests } from './plan-board.ts';
import { cSourcesRequest } from './plan-c-program.ts';
import { npmRequest } from './plan-daemon.ts';
import { runtimeRequests } from './plan-runtime.ts';
import { signatureLibraryRequest } from './plan-signature-library.ts';

/**
 * Everything that the lock must answer so that these recipes can be built for these boards.
 * @param runtimes those of the recipes if left out
 */
export function inputRequests(
  recipes: readonly ResolvedRecipe[],
  boards: readonly ResolvedBoard[],
  runtimes: readonly RuntimeName[] = recipes.flatMap(({ runtime }) => (runtime === 'c' ? [] : [runtime])),
): InputRequest[] {
  return [
    ...Object.values<Tool>(tools).flatMap(({ requests }) => requests),
    // Also for recipes without an authority: the command line may name one.
    signatureLibraryRequest,
    ...[...new Set(runtimes)].flatMap(runtimeRequests),
    ...boards.flatMap(boardRequests),
    ...recipes
      .flatMap((recipe) => [npmRequest(recipe), cSourcesRequest(recipe)])
      .filter((request) => request !== null),
  ];
}

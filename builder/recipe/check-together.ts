import { problemOf } from './origin.ts';
import { type Problem, problemsError } from './problem.ts';
import type { ResolvedBoard } from './resolved-board.ts';
import type { ResolvedRecipe } from './resolved-recipe.ts';
import { togetherRules } from './together-rules.ts';

/**
 * Whether a recipe fits a board.
 * @throws BoardsmithError RECIPE_INVALID with every reason why not, at the lines of the recipe
 */
export function checkTogether(recipe: ResolvedRecipe, board: ResolvedBoard): void {
  const problems = togetherRules.flatMap((rule) => {
    const found: Problem[] = [];
    rule.check(recipe, board, (finding) => found.push(problemOf(recipe, finding, rule.name)));
    return found;
  });
  if (problems.length > 0) throw problemsError(problems);
}

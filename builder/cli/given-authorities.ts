import { BoardsmithError } from '../error/boardsmith-error.ts';
import { sortedAuthorities } from '../recipe/authorities.ts';
import type { ResolvedRecipe } from '../recipe/resolved-recipe.ts';
import type { ReleasedImage } from '../release/release-manifest.ts';
import { publicKeyLine, readPublicKey } from '../signature/public-key.ts';

/**
 * Recipes with the authorities that decide: those of the command line; without any, those of the cluster; without any, each recipe's own.
 * @param named `.pub` files or their lines, of the command line
 * @param ofCluster lines of a cluster's file
 * @throws BoardsmithError KEY_UNUSABLE; USAGE for a recipe whose unit must be given something, and nobody may give it
 */
export async function withAuthorities(
  recipes: readonly ResolvedRecipe[],
  named: readonly string[] | undefined,
  ofCluster: readonly string[] = [],
): Promise<ResolvedRecipe[]> {
  const lines = await decidedAuthorities(named, ofCluster);
  return recipes.map((recipe) => {
    const authorities = lines.length > 0 ? lines : recipe.unit.authorities;
    const decided = { ...recipe, unit: { ...recipe.unit, authorities } };
    requireSomebodyWhoGives(decided);
    return decided;
  });
}

/** Those of the command line; without any, those of the cluster: sorted, each once. @throws BoardsmithError KEY_UNUSABLE */
export async function decidedAuthorities(
  named: readonly string[] | undefined,
  ofCluster: readonly string[],
): Promise<string[]> {
  const keys = await Promise.all((named ?? []).map(async (key) => await readPublicKey(key)));
  return sortedAuthorities([...new Set(keys.length > 0 ? keys.map(publicKeyLine) : ofCluster)]);
}

/** Such an image would never start its daemon. @throws BoardsmithError USAGE */
export function requireSomebodyWhoGives({
  name,
  unit,
}: Pick<ResolvedRecipe, 'name'> & { readonly unit: ReleasedImage['unit'] }): void {
  const missing = [...unit.settings, ...unit.secrets].find(({ required }) => required);
  if (missing === undefined || unit.authorities.length > 0) return;
  throw new BoardsmithError(
    'USAGE',
    `a unit of ${name} must be given ${missing.name}, but its image takes nothing from a card: it has no authority`,
    {
      hint: 'name the public key that signs certificates of batches: unit.authority in the recipe, authority in the cluster, or --authority FILE.pub',
    },
  );
}

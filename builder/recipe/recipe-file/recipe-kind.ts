import { sortedAuthorities } from '../authorities.ts';
import type { FileKind } from '../file-kind.ts';
import { mebibyte } from '../quantity.ts';
import type { ResolvedRecipe } from '../resolved-recipe.ts';
import { compileSchema } from '../schema/compile-schema.ts';
import { recipeSchema } from '../schema/recipe-schema.ts';
import { normaliseRecipe } from './normalise-recipe.ts';
import { gatherRecipeFacts, type RecipeFacts } from './recipe-facts.ts';
import type { RecipeFields } from './recipe-fields.ts';
import { recipeRules } from './recipe-rules.ts';

export const recipeKind: FileKind<RecipeFields, RecipeFacts, ResolvedRecipe> = {
  schema: recipeSchema,
  checkShape: compileSchema(recipeSchema),
  normalise: normaliseRecipe,
  gatherFacts: gatherRecipeFacts,
  rules: recipeRules,
  resolve: resolveRecipe,
};

function resolveRecipe(fields: RecipeFields, folder: RecipeFacts): ResolvedRecipe {
  const { memory, data, startTimeout, stopTimeout, bin: _bin, ...same } = fields;
  return {
    ...same,
    directory: folder.directory,
    entry: resolveEntry(fields, folder),
    environment: withDefaults(fields),
    unit: { ...fields.unit, authorities: sortedAuthorities(fields.unit.authorities) },
    memoryLimitMiB: memory / mebibyte,
    data: data === null ? null : { minimumMiB: data.minimum / mebibyte },
    startTimeoutSeconds: startTimeout,
    stopTimeoutSeconds: stopTimeout,
  };
}

function resolveEntry({ entry, bin }: RecipeFields, folder: RecipeFacts): ResolvedRecipe['entry'] {
  if (entry.kind === 'npm') return { ...entry, bin };
  return { ...entry, sources: folder.sources, packageLockSha256: folder.packageLockSha256 };
}

/** Settings with a default are part of the environment until a unit says otherwise. */
function withDefaults({ environment, unit }: RecipeFields): Record<string, string> {
  const defaults = unit.settings.flatMap(({ name, default: value }) =>
    value === null ? [] : [[name, value] as const],
  );
  const all = [...Object.entries(environment), ...defaults];
  return Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
}

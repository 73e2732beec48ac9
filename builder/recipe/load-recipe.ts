import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { loadFile } from './load-file.ts';
import { recipeKind } from './recipe-file/recipe-kind.ts';
import type { ResolvedRecipe } from './resolved-recipe.ts';

/** How the file of a recipe is called in its folder. */
export const recipeFileName = 'recipe.yaml';

/**
 * Reads a recipe with all that it says of its folder.
 * @param path recipe.yaml or the folder that holds it
 * @returns frozen
 * @throws BoardsmithError FILE_UNUSABLE if there is no such file, RECIPE_INVALID with all mistakes at once
 */
export async function loadRecipe(path: string): Promise<ResolvedRecipe> {
  return await loadFile(recipeKind, await recipeFile(path), 'recipe');
}

/** The file that a path to a recipe means. */
export async function recipeFile(path: string): Promise<string> {
  const absolute = resolve(path);
  const isFolder = await stat(absolute).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isFolder ? join(absolute, recipeFileName) : absolute;
}

import type { Path } from '../yaml/position.ts';
import { type RecipeFolder, readRecipeFolder } from './recipe-folder.ts';

/** What rules of a recipe know besides its sound fields. */
export interface RecipeFacts extends RecipeFolder {
  /** Every name that the daemon's environment may hold, also those whose value has a mistake: names are judged by themselves. */
  readonly environmentNames: readonly { readonly name: string; readonly at: Path }[];
}

/** @param file absolute path of recipe.yaml @param written what it holds, of any shape */
export async function gatherRecipeFacts(file: string, written: unknown): Promise<RecipeFacts> {
  const places: readonly Path[] = [['environment'], ['unit', 'settings'], ['unit', 'secrets']];
  const environmentNames = places.flatMap((path) =>
    namesAt(written, path).map((name) => ({ name, at: [...path, name] })),
  );
  return { ...(await readRecipeFolder(file)), environmentNames };
}

function namesAt(value: unknown, path: Path): string[] {
  const found = path.reduce<unknown>((inner, part) => (isMap(inner) ? inner[part] : undefined), value);
  return isMap(found) ? Object.keys(found).sort() : [];
}

function isMap(value: unknown): value is Readonly<Record<string | number, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

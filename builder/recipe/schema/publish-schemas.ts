import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { boardSchema } from './board-schema.ts';
import { clusterSchema } from './cluster-schema.ts';
import { recipeSchema } from './recipe-schema.ts';
import type { RootSchema } from './schema-node.ts';

/** Published schemas, by their path in the repository: editors read them. */
export const publishedSchemas: Readonly<Record<string, RootSchema>> = {
  'recipes/recipe.schema.json': recipeSchema,
  'recipes/boards/board.schema.json': boardSchema,
  'recipes/cluster.schema.json': clusterSchema,
};

/** A schema as it stands in its file. */
export function schemaText(schema: RootSchema): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** Writes all schemas below `root`, the checkout. */
export async function publishSchemas(root: string): Promise<void> {
  for (const [path, schema] of Object.entries(publishedSchemas)) {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, schemaText(schema));
  }
}

if (process.argv[1] === import.meta.filename) await publishSchemas(join(import.meta.dirname, '../../..'));

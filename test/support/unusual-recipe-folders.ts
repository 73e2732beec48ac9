import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from '../../builder/recipe/check.ts';
import type { Problem } from '../../builder/recipe/problem.ts';
import { temporaryFolder } from './temporary-folder.ts';

const recipe = `name: fixture
description: A recipe in an unusual folder
entry: daemon.ts
memory: 96 MiB
ports: { http: { port: 8080, purpose: answers } }
`;

/** A folder with a recipe and its daemon. */
export function recipeFolder(name: string, text = recipe): string {
  const folder = temporaryFolder(name);
  writeFileSync(join(folder, 'recipe.yaml'), text);
  writeFileSync(join(folder, 'daemon.ts'), '');
  return folder;
}

/** What is found in a folder with more modules than a daemon can have. */
export async function problemsOfCrowdedFolder(): Promise<Problem[]> {
  const folder = recipeFolder('crowded');
  mkdirSync(join(folder, 'many'));
  for (let index = 0; index < 5000; index += 1) writeFileSync(join(folder, 'many', `${index}.ts`), '');
  return await check([folder]);
}

/** What is found in a folder with a module that may not be read. Nothing is closed to root, who becomes somebody else meanwhile. */
export async function problemsOfClosedFolder(): Promise<Problem[]> {
  const folder = recipeFolder('closed');
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'secret.json'), '{}');
  chmodSync(join(folder, 'secret.json'), 0);
  const user = process.geteuid!();
  if (user === 0) process.seteuid!(65534);
  try {
    return await check([folder]);
  } finally {
    process.seteuid!(user);
  }
}

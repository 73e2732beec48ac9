import { basename, dirname, resolve } from 'node:path';
import { boardKind } from './board-file/board-kind.ts';
import { examine } from './examine.ts';
import { recipeFile, recipeFileName } from './load-recipe.ts';
import { type Problem, sortProblems } from './problem.ts';
import { recipeKind } from './recipe-file/recipe-kind.ts';
import { readSourceDocument, type SourceDocument } from './yaml/source-document.ts';

/**
 * All mistakes of recipe and board files, sorted by file and position; empty if there are none. A file that is not there is a mistake too.
 * @param paths recipe.yaml files or folders that hold one, and board files
 */
export async function check(paths: readonly string[]): Promise<Problem[]> {
  const files = [...new Set(await Promise.all(paths.map(async (path) => await recipeFile(path))))];
  return sortProblems((await Promise.all(files.map(checkFile))).flat());
}

async function checkFile(path: string): Promise<readonly Problem[]> {
  const file = resolve(path);
  const document = await readSourceDocument(file);
  const { problems } = isBoard(file, document)
    ? await examine(boardKind, document, file)
    : await examine(recipeKind, document, file);
  return problems;
}

/** By its place; by its content where that says nothing. */
function isBoard(file: string, { value }: SourceDocument): boolean {
  if (basename(file) === recipeFileName) return false;
  if (basename(dirname(file)) === 'boards') return true;
  const names = Object.keys(value ?? {});
  const own = (kind: typeof boardKind | typeof recipeKind) =>
    names.filter((name) => name in kind.schema.properties!).length;
  return own(boardKind) > own(recipeKind);
}

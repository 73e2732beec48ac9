import { basename, dirname, resolve } from 'node:path';
import { boardKind } from './board-file/board-kind.ts';
import { clusterKind } from './cluster-file/cluster-kind.ts';
import { type Examination, examine } from './examine.ts';
import { recipeFile, recipeFileName } from './load-recipe.ts';
import { type Problem, sortProblems } from './problem.ts';
import { recipeKind } from './recipe-file/recipe-kind.ts';
import { readSourceDocument, type SourceDocument } from './yaml/source-document.ts';

/**
 * All mistakes of recipe, board and cluster files, sorted by file and position; empty if there are none. A file that is not there is a mistake too.
 * @param paths recipe.yaml files or folders that hold one, board and cluster files
 */
export async function check(paths: readonly string[]): Promise<Problem[]> {
  return (await checkAll(paths)).problems;
}

/** What `check` finds, and beside it what may be meant. Both sorted. */
export interface CheckResult {
  readonly problems: Problem[];
  readonly warnings: Problem[];
}

/** As `check`, with warnings. */
export async function checkAll(paths: readonly string[]): Promise<CheckResult> {
  const files = [...new Set(await Promise.all(paths.map(async (path) => await recipeFile(path))))];
  const found = await Promise.all(files.map(checkFile));
  return {
    problems: sortProblems(found.flatMap(({ problems }) => problems)),
    warnings: sortProblems(found.flatMap(({ warnings }) => warnings)),
  };
}

async function checkFile(path: string): Promise<Pick<Examination<unknown>, 'problems' | 'warnings'>> {
  const file = resolve(path);
  const document = await readSourceDocument(file);
  switch (kindOf(file, document)) {
    case 'boards':
      return await examine(boardKind, document, file);
    case 'clusters':
      return await examine(clusterKind, document, file);
    case 'recipes':
      return await examine(recipeKind, document, file);
  }
}

const schemas = {
  recipes: recipeKind.schema,
  boards: boardKind.schema,
  clusters: clusterKind.schema,
} as const;

type KindName = keyof typeof schemas;

/** By its place; by its content where that says nothing: the kind that knows most of its fields, a recipe before the others. */
function kindOf(file: string, { value }: SourceDocument): KindName {
  if (basename(file) === recipeFileName) return 'recipes';
  const folder = basename(dirname(file));
  if (folder === 'boards' || folder === 'clusters') return folder;
  const names = Object.keys(value ?? {});
  const known = (kind: KindName) => names.filter((name) => name in schemas[kind].properties!).length;
  const kinds = Object.keys(schemas) as KindName[];
  return kinds.reduce((best, kind) => (known(kind) > known(best) ? kind : best));
}

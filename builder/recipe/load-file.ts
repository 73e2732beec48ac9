import { BoardsmithError } from '../error/boardsmith-error.ts';
import { examine } from './examine.ts';
import type { FileKind } from './file-kind.ts';
import { displayPath, type Problem, problemsError } from './problem.ts';
import { readSourceDocument } from './yaml/source-document.ts';

type FileName = 'recipe' | 'board' | 'cluster';

const whereToFind: Readonly<Record<FileName, string>> = {
  recipe: 'boardsmith new NAME writes a recipe',
  board: 'boards lie in recipes/boards/',
  cluster: 'clusters lie in recipes/clusters/',
};

/**
 * A file as a frozen value.
 * @param file absolute path
 * @param what what it should be, for people
 * @param warn is told what the file may not mean
 * @throws BoardsmithError FILE_UNUSABLE if it cannot be read, RECIPE_INVALID with all mistakes at once
 */
export async function loadFile<Fields extends object, Facts, Resolved extends object>(
  kind: FileKind<Fields, Facts, Resolved>,
  file: string,
  what: FileName,
  warn: (warning: Problem) => void = () => {},
): Promise<Resolved> {
  const document = await readSourceDocument(file);
  const unreadable = document.problems.find(({ rule }) => rule === 'file-readable');
  if (unreadable !== undefined) {
    throw new BoardsmithError(
      'FILE_UNUSABLE',
      `cannot read the ${what} ${displayPath(file)}: ${unreadable.message}`,
      {
        hint: whereToFind[what],
      },
    );
  }
  const { problems, warnings, resolved } = await examine(kind, document, file);
  if (resolved === null) throw problemsError(problems);
  for (const warning of warnings) warn(warning);
  return resolved;
}

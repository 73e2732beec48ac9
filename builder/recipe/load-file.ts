import { BoardsmithError } from '../error/boardsmith-error.ts';
import { examine } from './examine.ts';
import type { FileKind } from './file-kind.ts';
import { displayPath, problemsError } from './problem.ts';
import { readSourceDocument } from './yaml/source-document.ts';

/**
 * A file as a frozen value.
 * @param file absolute path
 * @param what what it should be, for people
 * @throws BoardsmithError FILE_UNUSABLE if it cannot be read, RECIPE_INVALID with all mistakes at once
 */
export async function loadFile<Fields extends object, Facts, Resolved extends object>(
  kind: FileKind<Fields, Facts, Resolved>,
  file: string,
  what: string,
): Promise<Resolved> {
  const document = await readSourceDocument(file);
  const unreadable = document.problems.find(({ rule }) => rule === 'file-readable');
  if (unreadable !== undefined) {
    throw new BoardsmithError(
      'FILE_UNUSABLE',
      `cannot read the ${what} ${displayPath(file)}: ${unreadable.message}`,
      {
        hint: what === 'recipe' ? 'boardsmith new NAME writes a recipe' : 'boards lie in recipes/boards/',
      },
    );
  }
  const { problems, resolved } = await examine(kind, document, file);
  if (resolved === null) throw problemsError(problems);
  return resolved;
}

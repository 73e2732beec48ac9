import { resolve } from 'node:path';
import { boardKind } from './board-file/board-kind.ts';
import { loadFile } from './load-file.ts';
import type { ResolvedBoard } from './resolved-board.ts';

/**
 * Reads the YAML file of a board.
 * @returns frozen
 * @throws BoardsmithError FILE_UNUSABLE if there is no such file, RECIPE_INVALID with all mistakes at once
 */
export async function loadBoard(path: string): Promise<ResolvedBoard> {
  return await loadFile(boardKind, resolve(path), 'board');
}

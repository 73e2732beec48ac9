import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResolvedBoard } from '../../builder/recipe/resolved-board.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A change of a board: its kernel's fragment with other text. */
export function changedFragment(change: (text: string) => string): (board: ResolvedBoard) => ResolvedBoard {
  return (board) => {
    const { origin } = board.kernel;
    if (origin.kind !== 'source') throw new Error(`the kernel of ${board.name} is not built from source`);
    const { directory, path } = origin.fragment;
    const text = change(readFileSync(join(directory, path), 'utf8'));
    const folder = temporaryFolder('fragment');
    writeFileSync(join(folder, path), text);
    const sha256 = createHash('sha256').update(text).digest('hex');
    const fragment = { directory: folder, path, sha256 };
    return { ...board, kernel: { ...board.kernel, origin: { ...origin, fragment } } };
  };
}

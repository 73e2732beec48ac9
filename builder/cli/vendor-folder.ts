import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import type { Terminal } from './terminal.ts';

/** The folder that `--vendor` names, absolute. @throws BoardsmithError FILE_UNUSABLE if no inputs lie there */
export function vendorFolder(terminal: Terminal, written: string): string {
  const folder = resolve(terminal.currentDirectory, written);
  if (existsSync(join(folder, 'sha256'))) return folder;
  throw new BoardsmithError('FILE_UNUSABLE', `${written} is no folder with the inputs of a build`, {
    hint: `boardsmith lock RECIPE --vendor ${written}`,
  });
}

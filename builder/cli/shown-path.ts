import { relative } from 'node:path';
import type { Terminal } from './terminal.ts';

/** A path as a person would type it next: below the current folder without that, else whole. */
export function shownPath({ currentDirectory }: Pick<Terminal, 'currentDirectory'>, path: string): string {
  const shown = relative(currentDirectory, path);
  return shown === '' || shown.startsWith('..') ? path : shown;
}

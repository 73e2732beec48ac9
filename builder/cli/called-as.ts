import { accessSync, constants } from 'node:fs';
import { delimiter, join, relative } from 'node:path';

/** What of a process says how it was called. */
export interface Call {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly currentDirectory: string;
  /** The checkout, or the folder in somebody's node_modules. */
  readonly boardsmithRoot: string;
}

/** What a person types in this folder to call this program again: `boardsmith`, `npx boardsmith`, or Node with the path of the program. */
export function calledAs({ environment, currentDirectory, boardsmithRoot }: Call): string {
  // npm tells its children which of its commands started them; the folders that it adds to their PATH are not in a person's.
  if (environment.npm_command !== undefined) return 'npx boardsmith';
  const folders = (environment.PATH ?? '').split(delimiter);
  if (folders.some((folder) => folder !== '' && isExecutable(join(folder, 'boardsmith'))))
    return 'boardsmith';
  const program = join(boardsmithRoot, 'builder/cli/boardsmith.mjs');
  const below = relative(currentDirectory, program);
  return `node ${below.startsWith('..') ? program : below}`;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

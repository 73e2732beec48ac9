import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { formatLock } from '../lock/format-lock.ts';
import { readLock } from '../lock/read-lock.ts';
import { subsetLock } from '../lock/subset-lock.ts';
import { inputRequests } from '../plan/input-requests.ts';
import { loadBoard } from '../recipe/load-board.ts';
import { isRecipeName, longestName, takenNames } from '../recipe/recipe-name.ts';
import { type RuntimeName, runtimeNames } from '../recipe/runtime-name.ts';

export interface NewAppliance {
  /** Lower-case DNS label: names image, process and host. */
  readonly name: string;
  /** Absolute folder to make; it may be there if it is empty. */
  readonly folder: string;
  /** Absolute folder of Boardsmith, for its schema and its lock. */
  readonly boardsmithRoot: string;
  /** What runs its daemon. */
  readonly runtime: RuntimeName;
  /** True if the folder is one of Boardsmith's own recipes: it then uses Boardsmith's lock. */
  readonly insideCheckout: boolean;
}

const templateFolder = join(import.meta.dirname, 'template');

/**
 * Writes a working appliance: recipe, daemon, test, README; outside a checkout a lock of its own with Boardsmith's pins,
 * and what git is to ignore. The folder is
 * whole or not there.
 * @returns names of the files, sorted
 * @throws BoardsmithError USAGE for a name that cannot be one, FILE_UNUSABLE if the folder holds something or cannot be written
 */
export async function writeNewAppliance(appliance: NewAppliance): Promise<string[]> {
  const { name, folder, boardsmithRoot, insideCheckout } = appliance;
  if (!isRecipeName(name)) {
    throw new BoardsmithError('USAGE', `${JSON.stringify(name)} cannot be the name of an appliance`, {
      hint: `use up to ${longestName} lower-case letters, digits and hyphens, a letter first, and none of ${takenNames.join(', ')}`,
    });
  }
  const existing = await readdir(folder).catch(() => []);
  if (existing.length > 0) {
    throw new BoardsmithError('FILE_UNUSABLE', `${folder} is not empty`, {
      hint: 'choose another name, or --dir DIR',
    });
  }
  const draft = join(dirname(folder), `.${basename(folder)}.${process.pid}.new`);
  try {
    await mkdir(draft, { recursive: true });
    for (const file of await readdir(templateFolder)) {
      const text = await readFile(join(templateFolder, file), 'utf8');
      await writeFile(join(draft, file), filled(text, appliance));
    }
    if (!insideCheckout) {
      await writeFile(join(draft, 'boardsmith.lock'), await pinsForAnyRecipe(boardsmithRoot));
      await writeFile(join(draft, '.gitignore'), 'node_modules/\nout/\n');
    }
    await rename(draft, folder);
  } catch (cause) {
    await rm(draft, { recursive: true, force: true });
    throw new BoardsmithError('FILE_UNUSABLE', `cannot write ${folder}`, {
      hint: 'look at the space and the permissions there, or name another place: --dir DIR',
      cause,
    });
  }
  return (await readdir(folder)).sort();
}

/** Boardsmith's pins without those of its own recipes' npm packages. */
async function pinsForAnyRecipe(boardsmithRoot: string): Promise<string> {
  const boardFolder = join(boardsmithRoot, 'recipes/boards');
  const files = (await readdir(boardFolder)).filter((file) => file.endsWith('.yaml')).sort();
  const boards = await Promise.all(files.map((file) => loadBoard(join(boardFolder, file))));
  const lock = await readLock(join(boardsmithRoot, 'boardsmith.lock'));
  return formatLock(subsetLock(lock, inputRequests([], boards, runtimeNames)));
}

function filled(
  text: string,
  { name, folder, boardsmithRoot, runtime, insideCheckout }: NewAppliance,
): string {
  return (
    text
      .replaceAll('appliance-name', name)
      // Elsewhere no path to the schema is known that would hold on another machine.
      .replace(
        /^# yaml-language-server: .*\n/,
        insideCheckout ? '# yaml-language-server: $schema=../recipe.schema.json\n' : '',
      )
      // The default is not written.
      .replace('runtime: RUNTIME\n', runtime === runtimeNames[0] ? '' : `runtime: ${runtime}\n`)
      .replaceAll('PLACE', insideCheckout ? relative(boardsmithRoot, folder) : '.')
      .replaceAll('TARGET', insideCheckout ? name : '.')
  );
}

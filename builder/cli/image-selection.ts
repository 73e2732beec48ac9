import { resolve } from 'node:path';
import type { Command } from 'commander';
import { boardMachineNetwork } from '../../openwrt/embedded/machine-networks.ts';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { findLockFor } from '../lock/find-lock.ts';
import type { Lock } from '../lock/lock-format.ts';
import { readLock } from '../lock/read-lock.ts';
import type { PackedFormat, Plan } from '../plan/step.ts';
import { checkTogether } from '../recipe/check-together.ts';
import { loadBoard } from '../recipe/load-board.ts';
import { loadRecipe } from '../recipe/load-recipe.ts';
import type { ResolvedBoard } from '../recipe/resolved-board.ts';
import type { ResolvedRecipe } from '../recipe/resolved-recipe.ts';
import type { Compression } from '../rootfs/squashfs.ts';
import { withAuthorities } from './given-authorities.ts';
import { planHere } from './plan-here.ts';
import type { Terminal } from './terminal.ts';
import { boardFiles, boardsmithRoot, findBoard, findRecipe } from './workspace.ts';

/** Options that say which images a verb is about. */
export interface SelectionOptions {
  readonly board?: readonly string[];
  readonly lock?: string;
  readonly dense?: true;
  /** Forms in which the images are published. */
  readonly packed?: readonly PackedFormat[];
  readonly authority?: readonly string[];
}

export interface Selection {
  readonly recipes: readonly ResolvedRecipe[];
  readonly boards: readonly ResolvedBoard[];
  readonly lockFile: string;
  readonly lock: Lock;
  readonly plan: Plan;
}

/** Adds `--board`, `--lock`, `--authority` and `--dense`. */
export function addSelectionOptions(command: Command): Command {
  return command
    .option(
      '--board <name...>',
      'board or boards: names below recipes/boards/, or YAML files (default: the board marked `default: true`)',
    )
    .option('--lock <file>', 'lock file (default: the boardsmith.lock nearest to the recipe)')
    .option(
      '--authority <key...>',
      'public keys that sign certificates of batches, as .pub files or their lines, in place of those of recipe and cluster',
    )
    .option('--dense', 'compress the root as for a release: a tenth smaller, half a minute longer');
}

/** The same options as words of a command line. */
export function selectionWords({ board, lock, authority, dense }: SelectionOptions): string[] {
  return [
    ...(board === undefined ? [] : ['--board', ...board]),
    ...(lock === undefined ? [] : ['--lock', lock]),
    ...(authority === undefined ? [] : ['--authority', ...authority]),
    ...(dense === true ? ['--dense'] : []),
  ];
}

/**
 * Loads recipes, boards and their lock, and plans every recipe for every board.
 * @param names recipes as on the command line
 */
export async function selectImages(
  terminal: Terminal,
  names: readonly string[],
  options: SelectionOptions,
): Promise<Selection> {
  const written = await loadSelection(terminal, names, options);
  const recipes = await withAuthorities(written.recipes, keysFrom(terminal, options));
  const loaded = { ...written, recipes };
  const lock = options.lock ?? lockOf(loaded.recipes);
  const compression = options.dense === true ? 'dense' : 'fast';
  return await planSelection(loaded, lock, { compression, packed: options.packed });
}

interface PlanningOptions {
  readonly compression?: Compression;
  readonly packed?: readonly PackedFormat[] | undefined;
}

/** Files of keys are named as seen from where one stands. */
export function keysFrom(
  { currentDirectory }: Terminal,
  { authority }: SelectionOptions,
): string[] | undefined {
  return authority?.map((key) => (/^RW[A-Za-z0-9+/]{54}$/.test(key) ? key : resolve(currentDirectory, key)));
}

/** Plans what `loadSelection` loaded, with a lock. */
export async function planSelection(
  { recipes, boards }: Pick<Selection, 'recipes' | 'boards'>,
  lockFile: string,
  { compression = 'fast', packed }: PlanningOptions = {},
): Promise<Selection> {
  const lock = await readLock(lockFile);
  const plan = planHere({
    ...{ recipes, boards, lock, compression },
    networks: new Map(recipes.map((recipe) => [recipe.name, boardMachineNetwork(recipe)])),
    ...(packed === undefined ? {} : { packed }),
  });
  return { recipes, boards, lockFile, lock, plan };
}

/** The recipes and boards of a command line, checked alone and together. */
export async function loadSelection(
  terminal: Terminal,
  names: readonly string[],
  options: SelectionOptions,
): Promise<Pick<Selection, 'recipes' | 'boards'>> {
  const recipeFiles = new Set(names.map((name) => findRecipe(terminal, name)));
  const recipes = await Promise.all([...recipeFiles].map(async (file) => await loadRecipe(file)));
  const boardNames = new Set(options.board?.map((name) => findBoard(terminal, name)));
  const boards =
    options.board === undefined
      ? [await defaultBoard()]
      : await Promise.all([...boardNames].map(async (file) => await loadBoard(file)));
  refuseOneNameTwice('recipes', recipes);
  refuseOneNameTwice('boards', boards);
  for (const recipe of recipes) for (const board of boards) checkTogether(recipe, board);
  return { recipes, boards };
}

/** Images are named after recipe and board, so two of one name would overwrite each other. */
function refuseOneNameTwice(what: string, loaded: readonly { readonly name: string }[]): void {
  const names = loaded.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new BoardsmithError('USAGE', `two ${what} are named ${twice}, and so would be their images`, {
    hint: 'build them one after the other with another --out, or give one another name',
  });
}

async function defaultBoard(): Promise<ResolvedBoard> {
  const boards = await Promise.all(boardFiles().map(async (file) => await loadBoard(file)));
  const marked = boards.find((board) => board.isDefault);
  if (marked !== undefined) return marked;
  throw new BoardsmithError('USAGE', 'no board is named and none is the default', {
    hint: `--board ${boards.map(({ name }) => name).join(' | ')}`,
  });
}

/** The one lock of these recipes. @throws BoardsmithError USAGE if they have several, LOCK_INVALID if one has none */
export function lockOf(recipes: readonly ResolvedRecipe[]): string {
  const files = [...new Set(recipes.map((recipe) => findLockFor(recipe.directory, boardsmithRoot)))];
  if (files.length === 1) return files[0]!;
  throw new BoardsmithError('USAGE', `these recipes have different locks: ${files.join(', ')}`, {
    hint: 'build them one after the other, or name one lock with --lock',
  });
}

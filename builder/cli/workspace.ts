import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import type { Terminal } from './terminal.ts';

/** Where Boardsmith itself lies: a checkout, or its folder in somebody's node_modules. */
export const boardsmithRoot = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

export function builderVersion(): string {
  return (JSON.parse(readFileSync(join(boardsmithRoot, 'package.json'), 'utf8')) as { version: string })
    .version;
}

/** The user's cache folder as the XDG base directory specification has it, unless `--cache` names another. */
export function cacheFolder(terminal: Terminal, option: string | undefined): string {
  if (option !== undefined) return resolve(terminal.currentDirectory, option);
  const xdg = terminal.environment.XDG_CACHE_HOME;
  // The specification: a relative path here is to be ignored.
  const base =
    xdg !== undefined && isAbsolute(xdg) ? xdg : join(terminal.environment.HOME ?? homedir(), '.cache');
  return join(base, 'boardsmith');
}

/**
 * Finds a recipe: a path to a folder or a recipe.yaml, or the name of a folder below `recipes/`.
 * @throws BoardsmithError FILE_UNUSABLE
 */
export function findRecipe(terminal: Terminal, nameOrPath: string): string {
  return findYaml(terminal, nameOrPath, 'recipe', (name) => join('recipes', name, 'recipe.yaml'));
}

/** Finds a board: a path to a YAML file, or the name of a file below `recipes/boards/`. */
export function findBoard(terminal: Terminal, nameOrPath: string): string {
  return findYaml(terminal, nameOrPath, 'board', (name) => join('recipes', 'boards', `${name}.yaml`));
}

/** Finds a cluster: a path to a YAML file, or the name of a file below `recipes/clusters/`. */
export function findCluster(terminal: Terminal, nameOrPath: string): string {
  return findYaml(terminal, nameOrPath, 'cluster', (name) => join('recipes', 'clusters', `${name}.yaml`));
}

function findYaml(
  terminal: Terminal,
  nameOrPath: string,
  what: 'recipe' | 'board' | 'cluster',
  place: (name: string) => string,
): string {
  const isName = /^[a-z0-9][a-z0-9-]*$/.test(nameOrPath);
  const candidates = isName
    ? [terminal.currentDirectory, boardsmithRoot].map((root) => join(root, place(nameOrPath)))
    : [];
  const path = resolve(terminal.currentDirectory, nameOrPath);
  candidates.push(what === 'recipe' && !/\.ya?ml$/.test(path) ? join(path, 'recipe.yaml') : path);
  const found = candidates.find((candidate) => existsSync(candidate) && candidate.match(/\.ya?ml$/));
  if (found !== undefined) return found;
  throw new BoardsmithError('FILE_UNUSABLE', `there is no ${what} ${nameOrPath}`, {
    hint:
      what === 'recipe'
        ? 'name a folder below recipes/, or a path to a recipe; boardsmith new NAME makes one'
        : `ls recipes/${what}s`,
    problems: [...new Set(candidates)].map((candidate) => `looked for ${candidate}`),
  });
}

/** Every board that Boardsmith has, sorted by name. */
export function boardFiles(): string[] {
  const folder = join(boardsmithRoot, 'recipes', 'boards');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => join(folder, file));
}

import { dirname, join, resolve } from 'node:path';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { loadBoard } from '../load-board.ts';
import { loadRecipe } from '../load-recipe.ts';
import type { ResolvedBoard } from '../resolved-board.ts';
import type { ResolvedRecipe } from '../resolved-recipe.ts';

/** What a cluster's rules know besides its fields: the recipes and boards that it names, or why they cannot be had. */
export interface ClusterFacts {
  /** Absolute path of the cluster's file. */
  readonly file: string;
  /** By the path that the file gives. */
  readonly recipes: ReadonlyMap<string, ResolvedRecipe | BoardsmithError>;
  /** By name. */
  readonly boards: ReadonlyMap<string, ResolvedBoard | BoardsmithError>;
}

/** Boards that Boardsmith has, for clusters that lie elsewhere. */
const ownBoards = resolve(import.meta.dirname, '../../../recipes/boards');

/** @param file absolute path of the cluster's file @param written what it holds, of any shape */
export async function gatherClusterFacts(file: string, written: unknown): Promise<ClusterFacts> {
  const { router, boards } = (written ?? {}) as { router?: unknown; boards?: unknown };
  const groups = typeof boards === 'object' && boards !== null ? Object.values(boards) : [];
  const folder = dirname(file);
  return {
    file,
    recipes: await loadEach(texts(groups, 'appliance'), async (path) => await loadRecipe(join(folder, path))),
    boards: await loadEach(
      texts([router, ...groups], 'board'),
      async (name) => await loadNamedBoard(folder, name),
    ),
  };
}

/** `../boards/NAME.yaml` as seen from the cluster's file, or else one of Boardsmith's own. */
async function loadNamedBoard(folder: string, name: string): Promise<ResolvedBoard> {
  const beside = join(folder, '../boards', `${name}.yaml`);
  try {
    return await loadBoard(beside);
  } catch (error) {
    if (!(error instanceof BoardsmithError) || error.code !== 'FILE_UNUSABLE') throw error;
    return await loadBoard(join(ownBoards, `${name}.yaml`));
  }
}

/** Texts of a field of several maps, each once. */
function texts(maps: readonly unknown[], field: string): string[] {
  const found = maps.map((map) => (map as Record<string, unknown> | null | undefined)?.[field]);
  // Anything else has a mistake of shape; a text with a slash too far is refused there too.
  return [...new Set(found.filter((text) => typeof text === 'string' && !text.includes('\0')))] as string[];
}

async function loadEach<T>(
  names: readonly string[],
  load: (name: string) => Promise<T>,
): Promise<Map<string, T | BoardsmithError>> {
  const loaded = new Map<string, T | BoardsmithError>();
  for (const name of names) {
    try {
      loaded.set(name, await load(name));
    } catch (error) {
      if (!(error instanceof BoardsmithError)) throw error;
      loaded.set(name, error);
    }
  }
  return loaded;
}

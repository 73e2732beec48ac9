import { existsSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { boardMachineNetwork, routerMachineNetwork } from '../../openwrt/embedded/machine-networks.ts';
import { routerRecipe } from '../../openwrt/embedded/router-recipe.ts';
import type { Policy } from '../../openwrt/policy/policy.ts';
import { policyOfCluster } from '../../openwrt/policy/policy-of-cluster.ts';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { readLock } from '../lock/read-lock.ts';
import { checkTogether } from '../recipe/check-together.ts';
import { loadCluster } from '../recipe/load-cluster.ts';
import { problemLine } from '../recipe/problem.ts';
import type { ResolvedBoard } from '../recipe/resolved-board.ts';
import type { ResolvedCluster } from '../recipe/resolved-cluster.ts';
import type { ResolvedRecipe } from '../recipe/resolved-recipe.ts';
import { lockOf, type Selection, type SelectionOptions } from './image-selection.ts';
import { planHere } from './plan-here.ts';
import type { Terminal } from './terminal.ts';
import { findCluster } from './workspace.ts';

/** A cluster with the plan of all its images, those of the router and of each role. */
export interface ClusterSelection extends Selection {
  readonly cluster: ResolvedCluster;
  readonly policy: Policy;
}

/** Name of the router's recipe, and of its image with its board behind it. */
export const routerName = 'router';

/** Whether a word of the command line means a cluster: a file that says how a router is connected, or the name of one below `recipes/clusters/`. */
export function isCluster(terminal: Terminal, nameOrPath: string): boolean {
  const path = resolve(terminal.currentDirectory, nameOrPath);
  if (/\.ya?ml$/.test(path)) {
    return (
      existsSync(path) && basename(path) !== 'recipe.yaml' && /^router:/m.test(readFileSync(path, 'utf8'))
    );
  }
  if (existsSync(path)) return false;
  try {
    findCluster(terminal, nameOrPath);
    return true;
  } catch {
    return false;
  }
}

/**
 * Loads a cluster and plans the images of its router and boards, each role once: equal steps are shared.
 * @throws BoardsmithError RECIPE_INVALID, USAGE for a router that is not built here, LOCK_INVALID
 */
export async function selectCluster(
  terminal: Terminal,
  name: string,
  options: SelectionOptions,
): Promise<ClusterSelection> {
  const cluster = await loadCluster(findCluster(terminal, name), (warning) =>
    terminal.note(`warning: ${problemLine(warning)}`),
  );
  if (cluster.router.base !== 'embedded') {
    throw new BoardsmithError(
      'USAGE',
      `the router of ${cluster.name} is an OpenWrt release, which is built by itself`,
      {
        hint: 'set router.base to embedded, or leave it out, for a router that is built and tried here',
      },
    );
  }
  const policy = policyOfCluster(cluster);
  const router = routerRecipe(policy);
  const roles = distinctRoles(cluster, router);
  for (const { recipe, board } of roles) checkTogether(recipe, board);
  const hasIpv6 = cluster.addressing.ipv6 !== null;
  const recipes = distinct(roles.map(({ recipe }) => recipe));
  const boards = distinct(roles.map(({ board }) => board));
  const lockFile = options.lock ?? lockOf(cluster.groups.map(({ recipe }) => recipe));
  const lock = await readLock(lockFile);
  const plan = planHere({
    ...{ recipes, boards, lock },
    compression: options.dense === true ? 'dense' : 'fast',
    ...(options.packed === undefined ? {} : { packed: options.packed }),
    networks: new Map(
      recipes.map((recipe) => [
        recipe.name,
        recipe === router ? routerMachineNetwork(policy) : boardMachineNetwork(recipe, hasIpv6),
      ]),
    ),
    isWanted: (recipe, board) =>
      roles.some((role) => role.recipe === recipe && role.board.name === board.name),
  });
  return { cluster, policy, recipes, boards, lockFile, lock, plan };
}

interface Role {
  readonly recipe: ResolvedRecipe;
  readonly board: ResolvedBoard;
}

/** What images there are: of several groups of one recipe and board, one. Images are named after both. */
function distinctRoles(cluster: ResolvedCluster, router: ResolvedRecipe): Role[] {
  const roles: Role[] = [{ recipe: router, board: cluster.router.board }];
  for (const { recipe, board } of cluster.groups) {
    const same = roles.find((role) => role.recipe.name === recipe.name);
    if (same !== undefined && same.recipe.directory !== recipe.directory) {
      throw new BoardsmithError(
        'USAGE',
        `two recipes of ${cluster.name} are named ${recipe.name}, and so would be their images`,
        {
          hint:
            same.recipe === router
              ? 'the router has this name: give the appliance another'
              : 'give one of them another name',
        },
      );
    }
    const known = roles.some((role) => role.recipe.name === recipe.name && role.board.name === board.name);
    if (!known) roles.push({ recipe: same?.recipe ?? recipe, board });
  }
  return roles;
}

/** The first of each name. */
function distinct<Named extends { readonly name: string }>(items: readonly Named[]): Named[] {
  return items.filter(({ name }, index) => items.findIndex((item) => item.name === name) === index);
}

import { existsSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { boardMachineNetwork, routerMachineNetwork } from '../../openwrt/embedded/machine-networks.ts';
import { routerRecipe } from '../../openwrt/embedded/router-recipe.ts';
import type { Policy } from '../../openwrt/policy/policy.ts';
import { policyOfCluster } from '../../openwrt/policy/policy-of-cluster.ts';
import { planReleaseDisk } from '../../openwrt/release/plan-release-disk.ts';
import { type ReleaseRouter, releaseRequest } from '../../openwrt/release/plan-release-image.ts';
import { releaseRouterOf } from '../../openwrt/release/router-of-cluster.ts';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { type Lock, requestId } from '../lock/lock-format.ts';
import { readLock } from '../lock/read-lock.ts';
import { checkTogether } from '../recipe/check-together.ts';
import { loadCluster } from '../recipe/load-cluster.ts';
import { type Problem, problemLine } from '../recipe/problem.ts';
import type { ResolvedBoard } from '../recipe/resolved-board.ts';
import type { ClusterRouter, ResolvedCluster } from '../recipe/resolved-cluster.ts';
import type { ResolvedRecipe } from '../recipe/resolved-recipe.ts';
import { decidedAuthorities, withAuthorities } from './given-authorities.ts';
import { keysFrom, lockOf, type Selection, type SelectionOptions, selectImages } from './image-selection.ts';
import { planHere } from './plan-here.ts';
import type { Terminal } from './terminal.ts';
import { builderVersion, findCluster } from './workspace.ts';

/** A cluster with the plan of all its images, those of the router and of each role. */
export interface ClusterSelection extends Selection {
  readonly cluster: ResolvedCluster;
  readonly policy: Policy;
  /** null for a router of the embedded base, which is one of the recipes. */
  readonly openwrt: {
    readonly router: ReleaseRouter;
    /** Who may certify its units: lines of public keys, sorted. */
    readonly authorities: readonly string[];
  } | null;
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

/** Options of verbs that take a cluster. */
export interface ClusterOptions extends SelectionOptions {
  readonly router?: ClusterRouter['base'];
}

/** Adds `--router`. */
export function addRouterOption(command: Command): Command {
  const bases: readonly ClusterRouter['base'][] = ['embedded', 'openwrt'];
  return command.addOption(
    new Option(
      '--router <base>',
      "for a cluster: its router's base, in place of its file's router.base",
    ).choices(bases),
  );
}

/** The same option as words of a command line. */
export function routerWords({ router }: ClusterOptions): string[] {
  return router === undefined ? [] : ['--router', router];
}

/** @throws BoardsmithError USAGE for a cluster beside something else, or with boards of its own choice, or for recipes with a router */
export async function selectRecipesOrCluster(
  terminal: Terminal,
  names: readonly string[],
  options: ClusterOptions,
  verb: string,
): Promise<Selection | ClusterSelection> {
  const cluster = namedCluster(terminal, names, options, verb);
  return cluster === null
    ? await selectImages(terminal, names, options)
    : await selectCluster(terminal, cluster, options);
}

/** The one cluster of a command line; null for recipes. @throws BoardsmithError USAGE */
export function namedCluster(
  terminal: Terminal,
  names: readonly string[],
  { board, router }: ClusterOptions,
  verb: string,
): string | null {
  const cluster = names.find((name) => isCluster(terminal, name));
  if (cluster === undefined) {
    if (router === undefined) return null;
    throw new BoardsmithError('USAGE', '--router is for a cluster, and none is named', {
      hint: `boardsmith ${verb} CLUSTER --router ${router}`,
    });
  }
  if (names.length > 1 || board !== undefined) {
    throw new BoardsmithError('USAGE', `${cluster} is a cluster: it names its own recipes and boards`, {
      hint: `boardsmith ${verb} ${cluster}`,
    });
  }
  return cluster;
}

/** Reads a cluster's file, and says what it may not mean. @throws BoardsmithError FILE_UNUSABLE, RECIPE_INVALID */
export async function loadNamedCluster(
  terminal: Terminal,
  name: string,
  { router }: ClusterOptions,
): Promise<ResolvedCluster> {
  const warn = (warning: Problem): void => terminal.note(`warning: ${problemLine(warning)}`);
  return await loadCluster(findCluster(terminal, name), warn, router);
}

/**
 * Loads a cluster and plans the images of its router and boards, each role once: equal steps are shared.
 * @throws BoardsmithError RECIPE_INVALID, USAGE, LOCK_INVALID
 */
export async function selectCluster(
  terminal: Terminal,
  name: string,
  options: ClusterOptions,
): Promise<ClusterSelection> {
  const cluster = await loadNamedCluster(terminal, name, options);
  const policy = policyOfCluster(cluster);
  const router = cluster.router.base === 'embedded' ? routerRecipe(policy) : null;
  const roles = distinctRoles(cluster, router);
  for (const { recipe, board } of roles) checkTogether(recipe, board);
  const hasIpv6 = cluster.addressing.ipv6 !== null;
  const recipes = await withAuthorities(
    distinct(roles.map(({ recipe }) => recipe)),
    keysFrom(terminal, options),
    cluster.authorities,
  );
  const boards = distinct(roles.map(({ board }) => board));
  const lockFile = options.lock ?? lockOf(cluster.groups.map(({ recipe }) => recipe));
  const lock = await readLock(lockFile);
  const release = router === null ? releaseRouterOf(cluster, policy) : null;
  if (release !== null) requireLocked(lock, release, [name, ...routerWords(options)].join(' '));
  const plan = planHere({
    ...{ recipes, boards, lock },
    compression: options.dense === true ? 'dense' : 'fast',
    ...(options.packed === undefined ? {} : { packed: options.packed }),
    networks: new Map(
      recipes.map((recipe) => [
        recipe.name,
        recipe.name === router?.name ? routerMachineNetwork(policy) : boardMachineNetwork(recipe, hasIpv6),
      ]),
    ),
    isWanted: (recipe, board) =>
      roles.some((role) => role.recipe.name === recipe.name && role.board.name === board.name),
    first: (context) =>
      release === null
        ? []
        : [
            planReleaseDisk(context, {
              ...{ router: release, board: cluster.router.board },
              ...{ date: lock.date, version: builderVersion() },
            }),
          ],
  });
  const authorities = await decidedAuthorities(keysFrom(terminal, options), cluster.authorities);
  const openwrt = release === null ? null : { router: release, authorities };
  return { cluster, policy, openwrt, recipes, boards, lockFile, lock, plan };
}

/** @throws BoardsmithError LOCK_INVALID that names the command which locks the release */
function requireLocked(lock: Lock, release: ReleaseRouter, words: string): void {
  const request = releaseRequest(release);
  if (requestId(request) in lock.requests) return;
  throw new BoardsmithError(
    'LOCK_INVALID',
    `the lock does not pin OpenWrt ${request.version} for ${request.target}, ${request.profile}, with the packages of this cluster`,
    { hint: `boardsmith lock ${words}, where a mirror can be reached; docs/openwrt.md says what it needs` },
  );
}

interface Role {
  readonly recipe: ResolvedRecipe;
  readonly board: ResolvedBoard;
}

/** What images there are: of several groups of one recipe and board, one. Images are named after both. */
function distinctRoles(cluster: ResolvedCluster, router: ResolvedRecipe | null): Role[] {
  const roles: Role[] = router === null ? [] : [{ recipe: router, board: cluster.router.board }];
  for (const { recipe, board } of cluster.groups) {
    const same = roles.find((role) => role.recipe.name === recipe.name);
    const isRouter = recipe.name === routerName;
    if (isRouter || (same !== undefined && same.recipe.directory !== recipe.directory)) {
      throw new BoardsmithError(
        'USAGE',
        `two recipes of ${cluster.name} are named ${recipe.name}, and so would be their images`,
        {
          hint: isRouter
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

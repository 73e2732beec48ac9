import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { dnsmasqSources } from '../../../openwrt/embedded/dnsmasq-sources.ts';
import { routerRecipe } from '../../../openwrt/embedded/router-recipe.ts';
import { policyOfCluster } from '../../../openwrt/policy/policy-of-cluster.ts';
import { releaseRequest } from '../../../openwrt/release/plan-release-image.ts';
import { recordPackages } from '../../../openwrt/release/record-packages.ts';
import { releaseRouterOf } from '../../../openwrt/release/router-of-cluster.ts';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { findLockFor, lockFileName } from '../../lock/find-lock.ts';
import { hostArchitecture } from '../../lock/host-architecture.ts';
import { InputStore } from '../../lock/input-store.ts';
import { describeLockChanges } from '../../lock/lock-changes.ts';
import type { InputRequest, Lock } from '../../lock/lock-format.ts';
import { readLock } from '../../lock/read-lock.ts';
import { parseOpenwrtRequest } from '../../lock/resolve/openwrt/openwrt-request.ts';
import { resolveLock } from '../../lock/resolve-lock.ts';
import { vendorInputs } from '../../lock/vendor-inputs.ts';
import { writeLock } from '../../lock/write-lock.ts';
import { inputRequests } from '../../plan/input-requests.ts';
import { cSourcesRequest } from '../../plan/plan-c-program.ts';
import { correspondingSourceRequests } from '../../plan/source-requests.ts';
import { loadBoard } from '../../recipe/load-board.ts';
import { loadRecipe } from '../../recipe/load-recipe.ts';
import type { ResolvedBoard } from '../../recipe/resolved-board.ts';
import type { ResolvedCluster } from '../../recipe/resolved-cluster.ts';
import type { ResolvedRecipe } from '../../recipe/resolved-recipe.ts';
import {
  addRouterOption,
  type ClusterOptions,
  loadNamedCluster,
  namedCluster,
  routerWords,
} from '../cluster-selection.ts';
import { sayNext } from '../next-command.ts';
import { shownPath } from '../shown-path.ts';
import type { Terminal } from '../terminal.ts';
import { boardFiles, boardsmithRoot, cacheFolder, findBoard, findRecipe } from '../workspace.ts';
import { describeVerb, type Verb } from './verb.ts';

interface LockOptions extends Pick<ClusterOptions, 'board' | 'lock' | 'router'> {
  readonly renew?: true | readonly string[];
  readonly vendor?: string;
  readonly prune?: true;
  readonly cache?: string;
  readonly dryRun?: true;
  readonly json?: true;
}

/** `boardsmith lock`: pins every input by sha256. */
export const lock: Verb = {
  define(program, terminal) {
    const command = describeVerb(
      program,
      'lock [recipe...]',
      'pin every input of the recipes (default: all that lie here) and boards in boardsmith.lock; of a cluster, those of its router too',
      'boardsmith lock cxo --renew musl\n  boardsmith lock skyminer-4 --router openwrt',
    );
    addRouterOption(command)
      .option('--board <name...>', 'boards to pin for (default: all that Boardsmith has)')
      .option(
        '--lock <file>',
        'lock file to write (default: the one nearest to the recipe, or a new one beside it)',
      )
      .option('--renew [name...]', 'resolve these packages (all without a name) anew, and show what changed')
      .option(
        '--vendor <dir>',
        'also copy every input into this folder, for builds when registries no longer have them',
      )
      .option('--cache <dir>', "cache folder (default: the user's cache folder)")
      .option(
        '--prune',
        'drop what these recipes and boards do not ask for (without recipes this is always done)',
      )
      .option('--dry-run', 'show what would change; write nothing')
      .option('--json', 'print the changes as one JSON object')
      .action(async (names: string[], options: LockOptions) => {
        const { recipes, boards, router } = await loadAll(terminal, names, options);
        const file =
          options.lock === undefined ? lockFileOf(recipes) : resolve(terminal.currentDirectory, options.lock);
        const previous = existsSync(file) ? await readLock(file) : null;
        const store = new InputStore(cacheFolder(terminal, options.cache), { network: true });
        const progress = (line: string): void => terminal.note(line);
        const { signal } = terminal;
        const next = await resolveLock(
          [
            ...inputRequests(recipes, boards),
            ...correspondingSourceRequests(boards),
            ...router,
            ...keptReleases(names, previous),
          ],
          {
            previous,
            renew: options.renew === undefined ? 'none' : options.renew === true ? 'all' : options.renew,
            // Named recipes may share the lock with others.
            others: names.length > 0 && options.prune !== true ? 'keep' : 'drop',
            hostArchitecture: hostArchitecture(),
            now: new Date(),
            store,
            recordOpenwrtPackages: recordPackages,
            signal,
            progress,
          },
        );
        if (options.dryRun !== true && next !== previous) await writeLock(file, next);
        if (options.vendor !== undefined && options.dryRun !== true) {
          await vendorInputs(next, resolve(terminal.currentDirectory, options.vendor), store, {
            signal,
            progress,
          });
        }
        report(terminal, { names, recipes, options, file, previous, next });
      });
  },
};

interface Outcome {
  readonly names: readonly string[];
  readonly recipes: readonly ResolvedRecipe[];
  readonly options: LockOptions;
  readonly file: string;
  readonly previous: Lock | null;
  readonly next: Lock;
}

function report(terminal: Terminal, { names, recipes, options, file, previous, next }: Outcome): void {
  const changes = describeLockChanges(previous, next);
  if (options.json) {
    terminal.out(
      JSON.stringify({ lock: file, written: options.dryRun !== true && next !== previous, changes }),
    );
    return;
  }
  for (const { line } of changes) terminal.out(line);
  const verb = options.dryRun ? 'would change' : 'wrote';
  terminal.out(
    changes.length === 0
      ? `${file} is up to date`
      : `${verb} ${file}: ${changes.length} change${changes.length === 1 ? '' : 's'}`,
  );
  if (options.vendor === undefined || options.dryRun) return;
  const [recipe] = recipes;
  const lockWords = options.lock === undefined ? [] : ['--lock', options.lock];
  sayNext(
    terminal,
    ...['build', names[0] ?? shownPath(terminal, recipe!.directory), ...routerWords(options), ...lockWords],
    ...['--vendor', options.vendor, '--offline'],
  );
}

interface Lockable {
  readonly recipes: readonly ResolvedRecipe[];
  readonly boards: readonly ResolvedBoard[];
  /** What routers need besides. */
  readonly router: readonly InputRequest[];
}

async function loadAll(
  terminal: Terminal,
  names: readonly string[],
  options: LockOptions,
): Promise<Lockable> {
  const cluster = namedCluster(terminal, names, options, 'lock');
  if (cluster !== null) return lockableCluster(await loadNamedCluster(terminal, cluster, options));
  const recipeFiles =
    names.length > 0 ? names.map((name) => findRecipe(terminal, name)) : recipesHere(terminal);
  const boards = options.board?.map((name) => findBoard(terminal, name)) ?? boardFiles();
  return {
    recipes: await Promise.all(recipeFiles.map(async (file) => await loadRecipe(file))),
    boards: await Promise.all(boards.map(async (file) => await loadBoard(file))),
    // The embedded router's daemon is part of a lock for everything.
    router: names.length > 0 ? [] : daemonRequests({ entry: dnsmasqSources }),
  };
}

function lockableCluster(cluster: ResolvedCluster): Lockable {
  const { router, groups } = cluster;
  const policy = policyOfCluster(cluster);
  return {
    recipes: groups.map(({ recipe }) => recipe),
    boards: [router.board, ...groups.map(({ board }) => board)],
    router:
      router.base === 'embedded'
        ? daemonRequests(routerRecipe(policy))
        : [releaseRequest(releaseRouterOf(cluster, policy))],
  };
}

function daemonRequests(recipe: Pick<ResolvedRecipe, 'entry'>): InputRequest[] {
  const request = cSourcesRequest(recipe);
  return request === null ? [] : [request];
}

/** Releases are locked for clusters, where a mirror can be reached. A lock for everything asks for none anew, and drops none either. */
function keptReleases(names: readonly string[], previous: Lock | null): InputRequest[] {
  if (names.length > 0 || previous === null) return [];
  return Object.keys(previous.requests)
    .map(parseOpenwrtRequest)
    .filter((request) => request !== null);
}

/** All recipes of this checkout, or, in a folder elsewhere, those that lie in it. @throws BoardsmithError USAGE if there is none */
function recipesHere({ currentDirectory }: Terminal): string[] {
  const inCheckout = `${currentDirectory}/`.startsWith(`${boardsmithRoot}/`);
  const root = inCheckout ? boardsmithRoot : currentDirectory;
  const folders = [root, ...foldersIn(root), ...foldersIn(join(root, 'recipes'))];
  const files = folders.map((folder) => join(folder, 'recipe.yaml')).filter((file) => existsSync(file));
  if (files.length > 0) return files;
  throw new BoardsmithError('USAGE', `no recipe lies in ${root}`, {
    hint: 'boardsmith lock RECIPE, with the path of a recipe',
  });
}

function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .map(({ name }) => join(folder, name))
    .sort();
}

/** The lock that builds of these recipes read; a recipe without one gets it beside its recipe.yaml. */
function lockFileOf(recipes: readonly ResolvedRecipe[]): string {
  const files = new Set(
    recipes.map(({ directory }) => {
      try {
        return findLockFor(directory, boardsmithRoot);
      } catch {
        return directory.startsWith(`${boardsmithRoot}/`)
          ? join(boardsmithRoot, lockFileName)
          : join(directory, lockFileName);
      }
    }),
  );
  if (files.size > 1) {
    throw new BoardsmithError('USAGE', `these recipes have different locks: ${[...files].join(', ')}`, {
      hint: 'lock them one after the other, or name one lock with --lock',
    });
  }
  return [...files][0] ?? join(boardsmithRoot, lockFileName);
}

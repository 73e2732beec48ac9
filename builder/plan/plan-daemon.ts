import type { InputRequest, Lock } from '../lock/lock-format.ts';
import { lookUpTree } from '../lock/look-up.ts';
import type { ResolvedRecipe } from '../recipe/resolved-recipe.ts';
import { runtimeOf } from '../runtime/program-facts.ts';
import type { Locked } from './locked-input.ts';
import type { PlanBuilder } from './plan-builder.ts';
import type { RuntimeSteps } from './plan-runtime.ts';
import type { ToolSteps } from './plan-tools.ts';
import type { StepInput } from './step.ts';

/** npm packages that a recipe's daemon needs, as a request to the lock; null for none. */
export function npmRequest(
  recipe: ResolvedRecipe,
): (InputRequest & { kind: 'npm-tree' | 'npm-lockfile' }) | null {
  const { entry } = recipe;
  if (entry.kind === 'c-sources') return null;
  if (entry.kind === 'npm')
    return { kind: 'npm-tree', name: entry.package, version: entry.version, host: false };
  if (entry.packageLockSha256 === null) return null;
  return {
    kind: 'npm-lockfile',
    sha256: entry.packageLockSha256,
    file: `${recipe.directory}/package-lock.json`,
    host: false,
  };
}

interface DaemonRequest {
  readonly locked: Locked;
  readonly tools: ToolSteps;
  readonly runtime: RuntimeSteps;
  readonly recipe: ResolvedRecipe;
  readonly lock: Lock;
}

/** Sources and npm packages → one bundle → one executable. */
export function planDaemon(builder: PlanBuilder, request: DaemonRequest): StepInput {
  const { locked, tools, runtime, recipe, lock } = request;
  const bundle = builder.add({
    id: `bundle:${recipe.name}`,
    kind: 'bundle-daemon',
    title: `bundle ${recipe.name}`,
    parameters: { entry: entryParameters(recipe), runtime: recipe.runtime },
    inputs: { esbuild: tools.esbuild, ...daemonSources(recipe), ...npmTree(builder, locked, recipe, lock) },
  });
  return builder.add({
    id: `program:${recipe.name}`,
    kind: runtimeOf(recipe.runtime)!.program.kind,
    title: `make ${recipe.name} one executable`,
    parameters: { name: recipe.name, memoryLimitMiB: recipe.memoryLimitMiB },
    inputs: { bundle, base: runtime.base, ...runtime.program },
  });
}

function entryParameters({ entry }: ResolvedRecipe): Record<string, unknown> {
  if (entry.kind === 'npm')
    return { kind: 'npm', package: entry.package, version: entry.version, bin: entry.bin };
  if (entry.kind === 'source') return { kind: 'source', path: entry.path };
  throw new Error('sources of C are compiled, not bundled');
}

function daemonSources({ entry, directory, name }: ResolvedRecipe): Record<string, StepInput> {
  return entry.kind !== 'source'
    ? {}
    : { sources: { from: 'source', label: `recipe/${name}`, root: directory, files: entry.sources } };
}

function npmTree(
  builder: PlanBuilder,
  locked: Locked,
  recipe: ResolvedRecipe,
  lock: Lock,
): Record<string, StepInput> {
  const request = npmRequest(recipe);
  if (request === null) return {};
  const packages = builder.add({
    id: `npm:${recipe.name}`,
    kind: 'npm-packages',
    title: `unpack npm packages of ${recipe.name}`,
    parameters: { places: lookUpTree(lock, request) },
    inputs: { tarballs: locked(request) },
  });
  return { packages };
}

import type { Lock, LockedInput } from '../lock/lock-format.ts';
import type { ResolvedRecipe } from '../recipe/resolved-recipe.ts';
import { runtimeOf } from '../runtime/program-facts.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Ownership } from './file-owners.ts';
import type { PlanBuilder } from './plan-builder.ts';
import type { RuntimeSteps } from './plan-runtime.ts';
import type { StepInput } from './step.ts';

interface ComponentsRequest {
  readonly unit: string;
  readonly recipe: ResolvedRecipe;
  readonly ownership: Ownership;
  readonly runtime: RuntimeSteps | null;
  readonly lock: Lock;
}

/** Adds the step that looks up, for everything of others in an image, its licence and what is in it. */
export function planComponents(builder: PlanBuilder, request: ComponentsRequest): StepInput {
  const { unit, recipe, ownership, runtime, lock } = request;
  const program = runtimeOf(recipe.runtime);
  const isRuntime = ({ entry: { kind, name } }: LockedInput): boolean =>
    `${kind}:${name}` === program?.programOrigin;
  const owners = new Set(ownership.rules.flatMap((rule) => rule.owners));
  const locked = Object.entries(lock.entries)
    .filter(([id]) => owners.has(id))
    .map(([id, entry]): LockedInput => ({ id, entry }));
  // A daemon's packages of npm are looked at by the bundle, which knows what of them is used.
  const packages = locked.filter((input) => input.entry.kind !== 'npm' || isRuntime(input));
  const npm = locked.filter((input) => !packages.includes(input));
  return builder.add({
    id: `components:${unit}`,
    kind: 'image-components',
    title: `list components of ${unit}`,
    parameters: { packages, npm },
    inputs: {
      ...Object.fromEntries(
        packages.map((input) => [
          input.id,
          program !== null && runtime !== null && isRuntime(input)
            ? runtimeFacts(builder, input, program, runtime)
            : packageFacts(builder, input),
        ]),
      ),
      ...(program === null ? {} : { bundle: { from: 'step', step: `bundle:${recipe.name}` } }),
    },
  });
}

/** One step a package: images share it. */
function packageFacts(builder: PlanBuilder, { id, entry }: LockedInput): StepInput {
  return builder.add({
    id: `facts:${id}`,
    kind: 'package-facts',
    title: `look up licence and parts of ${entry.name}`,
    parameters: {},
    inputs: { package: { from: 'lock', entries: [{ id, entry }] } },
  });
}

/** The same of the package that holds a runtime: the runtime itself says what is built into it. */
function runtimeFacts(
  builder: PlanBuilder,
  { id, entry }: LockedInput,
  { name, title }: Runtime,
  { base, host, hostLibraries }: RuntimeSteps,
): StepInput {
  return builder.add({
    id: `facts:${name}:${id}`,
    kind: 'runtime-facts',
    title: `look up licences and parts of ${title}`,
    parameters: { runtime: name },
    inputs: { package: { from: 'lock', entries: [{ id, entry }] }, base, host, hostLibraries },
  });
}

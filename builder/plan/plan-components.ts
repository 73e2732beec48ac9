import type { Lock, LockedInput } from '../lock/lock-format.ts';
import type { ResolvedRecipe } from '../recipe/resolved-recipe.ts';
import { nodeRuntime } from '../runtime/node-runtime.ts';
import type { Ownership } from './file-owners.ts';
import type { PlanBuilder } from './plan-builder.ts';
import type { ToolSteps } from './plan-tools.ts';
import type { StepInput } from './step.ts';

interface ComponentsRequest {
  readonly unit: string;
  readonly recipe: ResolvedRecipe;
  readonly ownership: Ownership;
  readonly tools: ToolSteps;
  readonly lock: Lock;
}

/** Adds the step that looks up, for everything of others in an image, its licence and what is in it. */
export function planComponents(builder: PlanBuilder, request: ComponentsRequest): StepInput {
  const { unit, recipe, ownership, tools, lock } = request;
  const owners = new Set(ownership.rules.flatMap((rule) => rule.owners));
  const locked = Object.entries(lock.entries)
    .filter(([id]) => owners.has(id))
    .map(([id, entry]): LockedInput => ({ id, entry }));
  // Packages of npm are looked at by the bundle, which knows what of them is used.
  const packages = locked.filter(({ entry }) => entry.kind !== 'npm');
  const npm = locked.filter(({ entry }) => entry.kind === 'npm');
  return builder.add({
    id: `components:${unit}`,
    kind: 'image-components',
    title: `list components of ${unit}`,
    parameters: { packages, npm },
    inputs: {
      ...Object.fromEntries(packages.map((locked) => [locked.id, packageFacts(builder, locked, tools)])),
      bundle: { from: 'step', step: `bundle:${recipe.name}` },
    },
  });
}

/** One step a package: images share it. */
function packageFacts(builder: PlanBuilder, { id, entry }: LockedInput, tools: ToolSteps): StepInput {
  return builder.add({
    id: `facts:${id}`,
    kind: 'package-facts',
    title: `look up licence and parts of ${entry.name}`,
    parameters: {},
    inputs: {
      package: { from: 'lock', entries: [{ id, entry }] },
      ...(entry.kind === 'pypi' && entry.name === nodeRuntime.requests.targetNode.name
        ? { nodeHost: tools.nodeHost, nodeLibraries: tools.nodeLibraries }
        : {}),
    },
  });
}

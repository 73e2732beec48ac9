import type { InputRequest } from '../lock/lock-format.ts';
import type { ResolvedRecipe } from '../recipe/resolved-recipe.ts';
import type { Locked } from './locked-input.ts';
import type { PlanBuilder } from './plan-builder.ts';
import type { ToolSteps } from './plan-tools.ts';
import type { StepInput } from './step.ts';

interface CProgramRequest {
  readonly locked: Locked;
  readonly tools: ToolSteps;
  readonly recipe: ResolvedRecipe;
}

/** A source package of Debian → one static executable. */
export function planCProgram(builder: PlanBuilder, { locked, tools, recipe }: CProgramRequest): StepInput {
  const request = cSourcesRequest(recipe);
  if (recipe.entry.kind !== 'c-sources' || request === null) throw new Error(`${recipe.name} is not of C`);
  const { folder, defines, edits } = recipe.entry;
  return builder.add({
    id: `program:${recipe.name}`,
    kind: 'c-program',
    title: `compile ${recipe.entry.package}`,
    parameters: { folder, defines, edits },
    inputs: { tarballs: locked(request), zig: tools.zig, patch: tools.patch },
  });
}

/** The source package of a recipe's daemon, as a request to the lock; null for a daemon that is not of C. */
export function cSourcesRequest({ entry }: Pick<ResolvedRecipe, 'entry'>): InputRequest | null {
  return entry.kind === 'c-sources' ? { kind: 'debian-source', package: entry.package, host: false } : null;
}

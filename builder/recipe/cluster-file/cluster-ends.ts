import { BoardsmithError } from '../../error/boardsmith-error.ts';
import type { ResolvedRecipe } from '../resolved-recipe.ts';
import type { ClusterFacts } from './cluster-facts.ts';
import { type ClusterFields, type GroupFields, uplinkName } from './cluster-fields.ts';
import { unitNames } from './group-units.ts';

/** What a name at an end of a flow means. */
export type ClusterEnd =
  | { readonly kind: 'uplink' }
  | { readonly kind: 'boards'; readonly group: GroupFields; readonly names: readonly string[] };

/** @returns null for a name that is neither a group, nor a board, nor the uplink */
export function clusterEnd(name: string, groups: ClusterFields['boards']): ClusterEnd | null {
  if (name === uplinkName) return { kind: 'uplink' };
  const whole = groups.find((group) => group.name === name);
  if (whole !== undefined) return { kind: 'boards', group: whole, names: unitNames(whole) };
  const group = groups.find((candidate) => unitNames(candidate).includes(name));
  return group === undefined ? null : { kind: 'boards', group, names: [name] };
}

/** Every name that can be an end, groups first. */
export function endNames(groups: ClusterFields['boards']): string[] {
  return [...new Set([...groups.map(({ name }) => name), ...groups.flatMap(unitNames), uplinkName])];
}

/** null if it has mistakes or is not there; a rule of its own says so. */
export function recipeOf(group: GroupFields, { recipes }: ClusterFacts): ResolvedRecipe | null {
  const recipe = recipes.get(group.appliance);
  return recipe === undefined || recipe instanceof BoardsmithError ? null : recipe;
}

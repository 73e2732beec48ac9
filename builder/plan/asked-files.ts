import type { ResolvedRecipe } from '../recipe/resolved-recipe.ts';
import { nodeRuntime } from '../runtime/node-runtime.ts';

/** Empty folders that init mounts upon (overlays/init/README.md). */
export const mountPoints = ['/data', '/dev', '/proc', '/run', '/sys', '/tmp'] as const;

/** What every root has besides program and runtime: names of users and of localhost, and a link to what init writes. */
const commonFiles = ['/etc/group', '/etc/hosts', '/etc/passwd', '/etc/resolv.conf'];

/**
 * Every path that may be in the root of an appliance; the audit refuses any other. Kept apart from what lays the files there, so that a
 * file which slips into an overlay or a runtime is found.
 */
export function askedFiles(recipe: ResolvedRecipe): string[] {
  return [`/usr/bin/${recipe.name}`, ...nodeRuntime.rootFiles, ...commonFiles, ...mountPoints].sort();
}

import type { ResolvedRecipe } from '../recipe/resolved-recipe.ts';
import { rootFilesOf } from '../runtime/program-facts.ts';

/** Empty folders that init mounts upon (overlays/init/README.md). */
export const mountPoints = ['/data', '/dev', '/proc', '/run', '/sys', '/tmp'] as const;

/** What every root has besides program and runtime: names of users and of localhost, and a link to what init writes. */
const commonFiles = ['/etc/group', '/etc/hosts', '/etc/passwd', '/etc/resolv.conf'];

/**
 * Every path that may be in the root of an appliance; the audit refuses any other. Kept apart from what lays the files there, so that a
 * file which slips into an overlay or a runtime is found.
 */
export function askedFiles(recipe: ResolvedRecipe): string[] {
  return [...programFiles(recipe), ...commonFiles, ...mountPoints].sort();
}

/** Paths in the root of the daemon's program and of its runtime. */
export function programFiles({ name, runtime }: Pick<ResolvedRecipe, 'name' | 'runtime'>): string[] {
  return [`/usr/bin/${name}`, ...rootFilesOf(runtime).map(({ path }) => path)];
}

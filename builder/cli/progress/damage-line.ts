import type { Step } from '../../plan/step.ts';

/** What is said of a step whose cached output was not what had been put there. */
export function damageLine({ title }: Step): string {
  return `the cache's copy was damaged, so it was made again: ${title}`;
}

import { mebibyte } from './quantity.ts';
import type { ResolvedBoard } from './resolved-board.ts';
import type { ResolvedRecipe } from './resolved-recipe.ts';
import type { Report } from './rule.ts';

export interface TogetherRule {
  readonly name: string;
  check(recipe: ResolvedRecipe, board: ResolvedBoard, report: Report): void;
}

/** Rules about a recipe on a board; what they report is a place of the recipe. */
export const togetherRules: readonly TogetherRule[] = [
  {
    name: 'memory-fits-board',
    check({ memoryLimitMiB }, { name, memoryMiB }, report) {
      const most = memoryMiB - systemMemoryMiB(memoryMiB);
      if (memoryLimitMiB <= most) return;
      report({
        at: ['memory'],
        message: `the board ${name} has ${memoryMiB} MiB of memory, of which a daemon can have ${Math.max(0, most)} MiB`,
        remedy: 'lower memory, or choose a larger board',
      });
    },
  },
  {
    name: 'program-budget-within-root',
    check({ budgets }, { name, partitions }, report) {
      if (budgets.program === null || budgets.program <= partitions.rootMiB * mebibyte) return;
      report({
        at: ['budgets', 'program'],
        message: `the root partition of ${name} has ${partitions.rootMiB} MiB`,
        remedy: 'lower it: a budget that nothing can exceed says nothing',
      });
    },
  },
  {
    name: 'data-fits-board',
    check({ data }, { name, partitions }, report) {
      if (data === null || data.minimumMiB <= partitions.dataMiB) return;
      report({
        at: ['data', 'minimum'],
        message: `the data partition in an image for ${name} has ${partitions.dataMiB} MiB`,
        remedy: "lower data.minimum, or enlarge partitions.data in the board's file",
      });
    },
  },
];

/**
 * What kernel and init keep for themselves: Debian's kernel takes 38 MB and its page descriptors 1/64 of all memory (64 bytes for each
 * 4 KiB); the rest is for init, the initramfs and buffers.
 */
function systemMemoryMiB(memoryMiB: number): number {
  return 64 + Math.ceil(memoryMiB / 64);
}

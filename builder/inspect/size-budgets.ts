import { BoardsmithError } from '../error/boardsmith-error.ts';
import type { CardPart } from './card.ts';
import type { CardFile } from './card-file.ts';

/** Parts of an image that have a budget. */
export const budgetedParts = ['kernel', 'program', 'initramfs', 'bootloader', 'rest'] as const;
export type BudgetedPart = (typeof budgetedParts)[number];

/** Bytes; null for no limit. */
export type Budgets = Readonly<Record<BudgetedPart, number | null>>;

/** What a part takes on the card, and what it may take. */
export interface PartSize {
  readonly part: BudgetedPart;
  readonly size: number;
  readonly budget: number | null;
}

/** What of an image belongs to its kernel and to its program; everything else counts as `rest`. */
export interface SizedThings {
  readonly parts: readonly Pick<CardPart, 'name' | 'used' | 'content'>[];
  readonly files: readonly Pick<CardFile, 'place' | 'path' | 'stored'>[];
  readonly slot: string;
  /** Paths in the root of the program and of its runtime. */
  readonly program: readonly string[];
}

/** Paths on a boot partition. */
const kernelFiles = ['/kernel', '/device-tree.dtb'];
const initramfsFile = '/initramfs';

/** What each part takes on the card, packed as it is there. `rest` holds the initramfs and the boot loader too, and tables and hash trees. */
export function partSizes({ parts, files, slot, program }: SizedThings): Record<BudgetedPart, number> {
  const [boot, root] = [`boot-${slot}`, `root-${slot}`];
  const stored = (place: string, paths: readonly string[] | null): number =>
    files
      .filter((file) => file.place === place && (paths?.includes(file.path) ?? true))
      .reduce((sum, file) => sum + file.stored, 0);
  const used = (name: string): number => parts.find((part) => part.name === name)?.used ?? 0;
  const sizes = {
    kernel: stored(boot, kernelFiles),
    program: stored(root, program),
    initramfs: stored(boot, [initramfsFile]),
    bootloader: used('bootloader'),
  };
  const all = sizes.bootloader + stored(boot, null) + used(root);
  return { ...sizes, rest: all - sizes.kernel - sizes.program };
}

/**
 * Holds an image against its budgets.
 * @param what the image, for the message
 * @returns every part with size and budget
 * @throws BoardsmithError AUDIT_FAILED with that as a table if one is larger than its budget
 */
export function requireBudgets(things: SizedThings, budgets: Budgets, what: string): PartSize[] {
  const sizes = partSizes(things);
  const parts = budgetedParts.map((part) => ({ part, size: sizes[part], budget: budgets[part] }));
  const over = parts.filter(({ size, budget }) => budget !== null && size > budget);
  if (over.length === 0) return parts;
  throw new BoardsmithError(
    'AUDIT_FAILED',
    `${what} is over its budget: ${over.map(({ part }) => part).join(', ')}`,
    {
      hint: 'make it smaller, or raise the budget in the recipe (program) or in the board file (the others)',
      problems: budgetTable(parts),
    },
  );
}

/** Lines with names and numbers under each other. */
function budgetTable(parts: readonly PartSize[]): string[] {
  const rows = parts.map(({ part, size, budget }) => [
    part,
    `${size} bytes`,
    budget === null ? 'no budget' : `of ${budget}`,
    budget === null ? '' : size > budget ? `over by ${size - budget}` : 'fits',
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map(([part = '', size = '', budget = '', verdict = '']) =>
    `${part.padEnd(widths[0]!)}  ${size.padStart(widths[1]!)}  ${budget.padStart(widths[2]!)}  ${verdict}`.trimEnd(),
  );
}

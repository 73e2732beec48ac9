import type { FileKind } from '../file-kind.ts';
import { mebibyte } from '../quantity.ts';
import type {
  BoardKernel,
  Bootloader,
  BootloaderOrigin,
  KernelOrigin,
  ResolvedBoard,
  SourceOfBoard,
} from '../resolved-board.ts';
import { boardSchema } from '../schema/board-schema.ts';
import { compileSchema } from '../schema/compile-schema.ts';
import { gatherBoardFacts } from './board-facts.ts';
import type { BoardFacts, BoardFields, BootloaderFields, KernelFields, QemuFields } from './board-fields.ts';
import { boardRules } from './board-rules.ts';
import { normaliseBoard } from './normalise-board.ts';

export const boardKind: FileKind<BoardFields, BoardFacts, ResolvedBoard> = {
  schema: boardSchema,
  checkShape: compileSchema(boardSchema),
  normalise: normaliseBoard,
  gatherFacts: gatherBoardFacts,
  rules: boardRules,
  resolve: resolveBoard,
};

/** Bytes, packed. */
const builtKernelBudget = 5_000_000;

function resolveBoard(fields: BoardFields, facts: BoardFacts): ResolvedBoard {
  const { default: isDefault, memory, kernel, bootloader, partitions, watchdog, qemu, ...same } = fields;
  const memoryMiB = memory / mebibyte;
  return {
    ...same,
    isDefault,
    memoryMiB,
    budgets: { ...fields.budgets, kernel: fields.budgets.kernel ?? defaultKernelBudget(kernel) },
    kernel: resolveKernel(kernel, facts),
    bootloader: resolveBootloader(bootloader, facts),
    partitions: {
      bootMiB: partitions.boot / mebibyte,
      rootMiB: partitions.root / mebibyte,
      stateMiB: partitions.state / mebibyte,
      identityMiB: partitions.identity / mebibyte,
      dataMiB: partitions.data / mebibyte,
    },
    watchdog: watchdog === null ? null : { device: watchdog.device, timeoutSeconds: watchdog.timeout },
    qemu: qemu === null ? null : resolveQemu(qemu, memoryMiB),
  };
}

/** A kernel of one's own is small; one from a package is as large as it is. */
function defaultKernelBudget({ source }: KernelFields): number | null {
  return source === null ? null : builtKernelBudget;
}

/** Rules have seen to it that one origin is given, and that its fragment can be read. */
function resolveKernel({ package: name, source, ...same }: KernelFields, facts: BoardFacts): BoardKernel {
  const origin: KernelOrigin =
    source === null
      ? { kind: 'package', package: name! }
      : { kind: 'source', package: source.package, fragment: facts.fragments.kernel as SourceOfBoard };
  return { origin, ...same };
}

function resolveBootloader(
  { package: name, source, ...same }: BootloaderFields,
  facts: BoardFacts,
): Bootloader {
  const origin: BootloaderOrigin =
    source === null
      ? { kind: 'package', package: name! }
      : { kind: 'source', ...source, fragment: facts.fragments.bootloader as SourceOfBoard };
  return { origin, ...same };
}

function resolveQemu({ memory, ...same }: QemuFields, boardMemoryMiB: number): ResolvedBoard['qemu'] {
  return { ...same, memoryMiB: memory === null ? boardMemoryMiB : memory / mebibyte };
}

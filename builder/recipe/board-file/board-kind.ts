import type { FileKind } from '../file-kind.ts';
import { mebibyte } from '../quantity.ts';
import type { ResolvedBoard } from '../resolved-board.ts';
import { boardSchema } from '../schema/board-schema.ts';
import { compileSchema } from '../schema/compile-schema.ts';
import type { BoardFacts, BoardFields, QemuFields } from './board-fields.ts';
import { boardRules } from './board-rules.ts';
import { normaliseBoard } from './normalise-board.ts';

export const boardKind: FileKind<BoardFields, BoardFacts, ResolvedBoard> = {
  schema: boardSchema,
  checkShape: compileSchema(boardSchema),
  normalise: normaliseBoard,
  gatherFacts: async (file) => ({ file }),
  rules: boardRules,
  resolve: resolveBoard,
};

function resolveBoard(fields: BoardFields): ResolvedBoard {
  const { default: isDefault, memory, partitions, watchdog, qemu, ...same } = fields;
  const memoryMiB = memory / mebibyte;
  return {
    ...same,
    isDefault,
    memoryMiB,
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

function resolveQemu({ memory, ...same }: QemuFields, boardMemoryMiB: number): ResolvedBoard['qemu'] {
  return { ...same, memoryMiB: memory === null ? boardMemoryMiB : memory / mebibyte };
}

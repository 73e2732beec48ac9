import { formatSize, mebibyte } from '../../quantity.ts';
import { checkWholeMebibytes } from '../../whole-mebibytes.ts';
import { boardRule, type PartitionField } from '../board-fields.ts';

/** Kernel, init and a daemon with Node need more than half of it. */
const leastMemory = 256 * mebibyte;
const mostMemory = 65536 * mebibyte;
const mostPartition = 1024 ** 2 * mebibyte;
/** mke2fs gives a file system of fewer than 2048 blocks (of 4 KiB) no journal. */
const leastData = 8 * mebibyte;
/** Positions in a protective MBR, and in many card readers, are sectors in 32 bits. */
const mostTogether = 2 * 1024 ** 2 * mebibyte;

export const sizeRules = [
  boardRule('board-memory-bounded', ['memory'], ({ memory }, report) => {
    checkWholeMebibytes(report, ['memory'], memory, leastMemory, mostMemory);
  }),

  boardRule('qemu-memory-bounded', ['qemu'], ({ qemu }, report) => {
    if (qemu?.memory != null)
      checkWholeMebibytes(report, ['qemu', 'memory'], qemu.memory, leastMemory, mostMemory);
  }),

  boardRule('partition-sizes', ['partitions'], ({ partitions }, report) => {
    for (const [name, size] of Object.entries(partitions)) {
      checkWholeMebibytes(
        report,
        ['partitions', name],
        size,
        name === 'data' ? leastData : mebibyte,
        mostPartition,
      );
    }
  }),

  boardRule('budgets-within-partitions', ['budgets', 'partitions'], ({ budgets, partitions }, report) => {
    for (const name of ['kernel', 'initramfs'] as const) {
      const size = budgets[name];
      if (size === null || size <= partitions.boot) continue;
      report({
        at: ['budgets', name],
        message: `${formatSize(size)} is more than the boot partition has, ${formatSize(partitions.boot)}`,
        remedy: 'lower it: a budget that nothing can exceed says nothing',
      });
    }
  }),

  boardRule('partitions-together', ['partitions'], ({ partitions }, report) => {
    const slots: readonly PartitionField[] = ['boot', 'root', 'boot', 'root', 'state', 'identity', 'data'];
    const total = slots.reduce((sum, name) => sum + partitions[name], 0);
    if (total <= mostTogether || Object.values(partitions).some((size) => size > mostPartition)) return;
    report({
      at: ['partitions'],
      on: 'key',
      message: `all partitions together (boot and root twice) have ${formatSize(total)}`,
      remedy: `make them smaller than ${formatSize(mostTogether)}`,
    });
  }),
];

import type { ResolvedBoard } from '../../builder/recipe/resolved-board.ts';

/** A small board with a boot loader on the card, for tests of disks. */
export const testBoard: Pick<ResolvedBoard, 'name' | 'partitions' | 'bootloader'> = {
  name: 'test-board',
  partitions: { bootMiB: 64, rootMiB: 48, stateMiB: 1, identityMiB: 2, dataMiB: 32 },
  bootloader: {
    origin: { kind: 'package', package: 'u-boot' },
    file: 'u-boot.bin',
    place: 'card',
    offset: 8192,
    environment: {},
  },
};

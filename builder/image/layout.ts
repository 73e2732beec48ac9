import { BoardsmithError } from '../error/boardsmith-error.ts';
import type { ResolvedBoard } from '../recipe/resolved-board.ts';
import { type PartitionName, partitionNames, partitionTypes } from './partition-types.ts';
import { partitionUuid } from './partition-uuid.ts';
import { sectorSize, sectorsPerMiB } from './sectors.ts';
import { verityTreeSize } from './verity/verity-tree-size.ts';

export interface Partition {
  readonly name: PartitionName;
  /** Number in the table, from 1. */
  readonly number: number;
  /** First sector of 512 bytes. */
  readonly start: number;
  /** Sectors. */
  readonly size: number;
  readonly uuid: string;
  readonly type: string;
  /** The GPT attribute "legacy BIOS bootable": which slot U-Boot boots. */
  readonly bootable: boolean;
}

export interface Layout {
  readonly diskUuid: string;
  /** Sectors of the whole image. */
  readonly size: number;
  readonly partitions: readonly Partition[];
}

/** Sectors. An Allwinner SPL with U-Boot lies from 8 KiB on; what is before 2 MiB is the boot loader's. */
export const entryArrayStart = 4096;
/** Where the array can be written anew while the old one is still valid: init does so when it lengthens `data`. */
export const spareArrayStart = 4128;
/** 4 MiB; whole MiB suit the erase blocks of cards. */
export const firstPartitionStart = 4 * sectorsPerMiB;

/** How many bytes each part's content has; parts that are left out are empty. */
export type ContentSizes = Readonly<Partial<Record<PartitionName, number>>>;

/**
 * Where everything lies on a card of this board. Slot sizes are fixed by the board; a root slot keeps room for a verity tree over its content.
 * @param seed see `partitionUuid`
 * @throws BoardsmithError STEP_FAILED with a table if a content does not fit, or the boot loader reaches into the table
 */
export function layout(
  board: Pick<ResolvedBoard, 'name' | 'partitions' | 'bootloader'>,
  seed: string,
  contents: ContentSizes & { readonly bootloader?: number } = {},
): Layout {
  const mebibytes = sizesInMiB(board);
  checkFit(board, mebibytes, contents);
  let start = firstPartitionStart;
  const partitions = partitionNames.map((name, index): Partition => {
    const size = mebibytes[name] * sectorsPerMiB;
    const partition = {
      name,
      number: index + 1,
      start,
      size,
      uuid: partitionUuid(seed, name),
      type: partitionTypes[name],
      bootable: name === 'boot-a',
    };
    start += size;
    return partition;
  });
  // One MiB for the backup of the table keeps the whole image a multiple of a MiB.
  return { diskUuid: partitionUuid(seed, 'disk'), size: start + sectorsPerMiB, partitions };
}

function sizesInMiB({ partitions }: Pick<ResolvedBoard, 'partitions'>): Record<PartitionName, number> {
  return {
    'boot-a': partitions.bootMiB,
    'root-a': partitions.rootMiB,
    'boot-b': partitions.bootMiB,
    'root-b': partitions.rootMiB,
    state: partitions.stateMiB,
    identity: partitions.identityMiB,
    data: partitions.dataMiB,
  };
}

function checkFit(
  board: Pick<ResolvedBoard, 'name' | 'bootloader'>,
  mebibytes: Record<PartitionName, number>,
  contents: ContentSizes & { readonly bootloader?: number },
): void {
  const parts = partitionNames.map((name) => {
    const content = contents[name] ?? 0;
    const tree = name.startsWith('root-') && content > 0 ? verityTreeSize(content) : 0;
    return { name: name as string, needed: content + tree, limit: mebibytes[name] * 1024 * 1024, tree };
  });
  const { offset } = board.bootloader;
  if (offset !== null) {
    const room = entryArrayStart * sectorSize - offset;
    parts.unshift({ name: 'boot loader', needed: contents.bootloader ?? 0, limit: room, tree: 0 });
  }
  const tooLarge = parts.filter(({ needed, limit }) => needed > limit);
  if (tooLarge.length === 0) return;
  throw new BoardsmithError(
    'STEP_FAILED',
    `too large for the board ${board.name}: ${tooLarge.map(({ name }) => name).join(', ')}`,
    {
      hint: `make the slots larger in the board's file (partitions:), or the content smaller`,
      problems: parts.map(({ name, needed, limit, tree }) => {
        const remark = tree > 0 ? ` (${tree} of them for a verity tree)` : '';
        const verdict = needed > limit ? 'too large' : 'fits';
        return `${name.padEnd(11)} needs ${needed} bytes${remark}, has ${limit}: ${verdict}`;
      }),
    },
  );
}

import type { DamagedBlock, RootVerdict } from '../inspect/verify-root.ts';

/** One line for a root that is as it was built. */
export function verdictLine({ partition, rootHash, dataBlocks }: RootVerdict): string {
  return `${partition}: all ${dataBlocks} blocks and their hash tree belong to root hash ${rootHash}`;
}

/** A line for each wrong block: where it lies, and what it holds. */
export function wrongBlockLines({ wrong, unmapped }: RootVerdict): string[] {
  const lines = wrong.map(
    (block) => `${placeOf(block)}, at byte ${block.offset} of the partition${contentOf(block)}`,
  );
  return unmapped === null ? lines : [...lines, `which files they are of is not known: ${unmapped}`];
}

function placeOf({ place, level, block }: DamagedBlock): string {
  switch (place) {
    case 'data':
      return `block ${block} of the data`;
    case 'tree':
      return `block ${block} of level ${level} of the hash tree`;
    case 'superblock':
      return 'the superblock of the hash tree';
    case 'behind':
      return `block ${block} behind the hash tree, which should be empty`;
  }
}

function contentOf({ holds, unjudged }: DamagedBlock): string {
  if (holds.length > 0) return `: ${holds.join(', ')}`;
  return unjudged > 0 ? `: what it covers, ${unjudged} blocks of data, cannot be judged` : '';
}

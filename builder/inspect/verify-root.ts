import { BoardsmithError } from '../error/boardsmith-error.ts';
import { verifyHashTree, type WrongBlock } from '../image/verity/verify-hash-tree.ts';
import { blockSize } from '../image/verity/verity-format.ts';
import { readVerityRecord, type VerityRecord, verityRecordPath } from '../image/verity/verity-record.ts';
import type { Card } from './card.ts';
import { type RootMap, rootMap, whatLiesIn } from './root-map.ts';

/** A wrong block and what of the root lies in it: paths of files, or names of tables. */
export type DamagedBlock = WrongBlock & { readonly holds: readonly string[] };

export interface RootVerdict {
  /** `root-a` or `root-b`. */
  readonly partition: string;
  /** Lower-case hex, from the initramfs. */
  readonly rootHash: string;
  /** Blocks of data that were held against the tree. */
  readonly dataBlocks: number;
  /** In the order in which they lie on the card; empty for a root that is as it was built. */
  readonly wrong: readonly DamagedBlock[];
  /** Why it is not said what the wrong blocks hold; null if it is. */
  readonly unmapped: string | null;
}

/**
 * Holds every block of a slot's root partition against the hash that init would use, and says what a wrong one holds.
 * @param slot `a` or `b`
 * @throws BoardsmithError FILE_UNUSABLE if the slot has no record of its root, or a partition that is shorter than its tree
 */
export async function verifyRoot(card: Card, slot: string): Promise<RootVerdict> {
  const partition = `root-${slot}`;
  const range = card.partition(partition);
  const record = await recordOf(card, slot);
  const wrong = await verifyHashTree(range.pieces(), record).catch((cause: unknown) => {
    if (!(cause instanceof RangeError)) throw cause;
    throw unusable(`${partition} is not the root of its initramfs: ${cause.message}`, cause);
  });
  const map: RootMap = wrong.length === 0 ? { pieces: [], damage: null } : await rootMap(range);
  return {
    partition,
    rootHash: record.rootHash.toString('hex'),
    dataBlocks: record.dataBlocks,
    wrong: wrong.map((block) => ({ ...block, holds: contentOf(block, map) })),
    unmapped: map.damage,
  };
}

async function recordOf(card: Card, slot: string): Promise<VerityRecord> {
  const entries = await card.initramfs(`boot-${slot}`);
  const record = entries.find(({ path }) => path === verityRecordPath);
  if (record === undefined) throw unusable(`the initramfs of slot ${slot} has no ${verityRecordPath}`);
  try {
    return readVerityRecord(record.content);
  } catch (cause) {
    throw unusable(`${verityRecordPath} of slot ${slot}: ${(cause as Error).message}`, cause);
  }
}

function contentOf({ place, offset }: WrongBlock, map: RootMap): string[] {
  return place === 'data' ? whatLiesIn(map, offset, offset + blockSize) : [];
}

function unusable(message: string, cause?: unknown): BoardsmithError {
  return new BoardsmithError('FILE_UNUSABLE', message, {
    hint: 'the image is damaged, or no image of boardsmith build',
    cause,
  });
}

import { basename } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { Card } from '../inspect/card.ts';
import { bootedSlot } from '../inspect/inspect-image.ts';
import { type RootVerdict, verifyRoot } from '../inspect/verify-root.ts';
import { wrongBlockLines } from './root-verdict-text.ts';

/**
 * Holds the root that an image boots against the hash in its initramfs.
 * @throws BoardsmithError AUDIT_FAILED with every wrong block; FILE_UNUSABLE
 */
export async function requireVerifiedRoot(image: string): Promise<RootVerdict> {
  const card = await Card.open(image);
  try {
    const verdict = await verifyRoot(card, bootedSlot(card.gpt.partitions, basename(image)));
    const { wrong, partition } = verdict;
    if (wrong.length === 0) return verdict;
    const blocks = wrong.length === 1 ? 'a block' : `${wrong.length} blocks`;
    throw new BoardsmithError(
      'AUDIT_FAILED',
      `${blocks} of ${partition} in ${image} changed since it was built`,
      {
        hint: 'do not use this image; take it anew from where it came, or build it again',
        problems: wrongBlockLines(verdict),
      },
    );
  } finally {
    await card.close();
  }
}

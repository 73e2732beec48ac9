import { alignedBuffer } from '../device/aligned-buffer.ts';
import { longestTransfer } from './transfers.ts';

/** The memory that one card is written and read back through; it serves one card at a time. */
export interface CardBuffers {
  /** Two of the longest transfer: while one is on its way to the card, the other is filled. */
  readonly pair: readonly [Uint8Array, Uint8Array];
  /** A third, for what comes back. */
  readonly back: Uint8Array;
}

/** One piece of aligned memory in three parts: each of its own would reserve gigabytes of addresses. */
export function cardBuffers(): CardBuffers {
  const all = alignedBuffer(3 * longestTransfer);
  const part = (index: number): Uint8Array =>
    all.subarray(index * longestTransfer, (index + 1) * longestTransfer);
  return { pair: [part(0), part(1)], back: part(2) };
}

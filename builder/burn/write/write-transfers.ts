import type { CardDevice } from '../device/card-device.ts';
import { writeWhole } from '../device/whole-transfers.ts';
import type { CardBuffers } from './card-buffers.ts';
import type { CardContents } from './card-contents.ts';
import type { Transfer } from './transfers.ts';

export interface TransferWork {
  readonly device: CardDevice;
  readonly contents: CardContents;
  readonly buffers: CardBuffers;
  /** Checked between two transfers. */
  readonly signal: AbortSignal;
  /** Hears of every transfer that is done. */
  readonly onDone: (transfer: Transfer) => Promise<void> | void;
}

/**
 * Writes transfers in their order; the next one is fetched while one is written. Nothing is tried twice.
 * @throws CardFault; the signal's reason
 */
export async function writeTransfers(transfers: readonly Transfer[], work: TransferWork): Promise<void> {
  const { device, contents, buffers, signal } = work;
  let fetched = transfers[0] === undefined ? null : contents.fill(transfers[0], buffers.pair[0]);
  for (const [index, transfer] of transfers.entries()) {
    const bytes = await fetched!;
    signal.throwIfAborted();
    const next = transfers[index + 1];
    fetched = next === undefined ? null : contents.fill(next, buffers.pair[(index + 1) % 2]!);
    // Waited for above; until then a failure of it must not count as unheard.
    fetched?.catch(() => undefined);
    await writeWhole(device, transfer.offset, bytes);
    await work.onDone(transfer);
  }
}

import type { CardReader } from '../../release/verify/card-bytes.ts';
import { alignedBuffer } from './aligned-buffer.ts';
import { transferBlock } from './card-device.ts';
import { openCardDevice } from './open-card-device.ts';
import { readWhole } from './whole-transfers.ts';

const longestRead = 1 << 20;

/**
 * Opens a card to be read past the kernel's cache: what lies there may be what was written, and not what the card kept.
 * @throws BoardsmithError DISK_REFUSED; (of `read`) CardFault
 */
export async function openUncached(path: string): Promise<CardReader> {
  const device = await openCardDevice(path, { access: 'read' });
  const buffer = alignedBuffer(longestRead);
  return {
    read: async (offset, length) => {
      const end = Math.min(offset + length, device.size);
      const bytes = Buffer.alloc(Math.max(0, end - offset));
      for (let at = offset - (offset % transferBlock); at < end; at += longestRead) {
        const blocks = Math.ceil((end - at) / transferBlock) * transferBlock;
        const piece = buffer.subarray(0, Math.min(longestRead, blocks, device.size - at));
        await readWhole(device, at, piece);
        bytes.set(piece.subarray(Math.max(0, offset - at), end - at), Math.max(0, at - offset));
      }
      return bytes;
    },
    close: async () => await device.close(),
  };
}

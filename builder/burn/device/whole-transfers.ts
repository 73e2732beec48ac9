import { type CardDevice, transferBlock } from './card-device.ts';
import { CardFault, faultKind } from './card-fault.ts';

/** Transfers in a row that moved less than a block; the kernel's own never do. */
const mostWithoutProgress = 8;

type Transfer = (offset: number, bytes: Uint8Array) => Promise<number>;

/**
 * Fills a buffer from a card, however little comes at a time.
 * @param offset bytes, a multiple of 4096
 * @throws CardFault; of a bad block with the offset of the first that cannot be read
 */
export async function readWhole(device: CardDevice, offset: number, into: Uint8Array): Promise<void> {
  await transferWhole(device, offset, into, (at, bytes) => device.read(at, bytes));
}

/**
 * Writes all of a buffer, however little is taken at a time.
 * @param offset bytes, a multiple of 4096
 * @throws CardFault; of a bad block with the offset of the first that cannot be written
 */
export async function writeWhole(device: CardDevice, offset: number, bytes: Uint8Array): Promise<void> {
  await transferWhole(device, offset, bytes, (at, rest) => device.write(at, rest));
}

/** Waits until the card has everything. @throws CardFault at the offset 0: the kernel does not say where */
export async function syncWhole(device: CardDevice): Promise<void> {
  try {
    await device.sync();
  } catch (error) {
    throw new CardFault(faultKind(error, device), device, 0, error);
  }
}

async function transferWhole(
  device: CardDevice,
  offset: number,
  bytes: Uint8Array,
  transfer: Transfer,
): Promise<void> {
  if (offset + bytes.length > device.size) {
    throw new RangeError(`${device.path} ends before byte ${offset + bytes.length}`);
  }
  let withoutProgress = 0;
  for (let done = 0; done < bytes.length; ) {
    const rest = bytes.subarray(done);
    const moved = await transfer(offset + done, rest).catch(async (error) => {
      const kind = faultKind(error, device);
      const at = offset + done;
      throw new CardFault(
        kind,
        device,
        kind === 'bad-block' ? await firstBadBlock(at, rest, transfer) : at,
        error,
      );
    });
    // It ends before the size that it claimed when it was opened: see faultKind.
    if (moved === 0) {
      throw new CardFault(device.kind === 'file' ? 'bad-block' : 'pulled-out', device, offset + done);
    }
    // What is less than a block is moved again, so that the next transfer begins at a whole one.
    const counted = moved === rest.length ? moved : moved - (moved % transferBlock);
    withoutProgress = counted === 0 ? withoutProgress + 1 : 0;
    if (withoutProgress === mostWithoutProgress) throw new CardFault('bad-block', device, offset + done);
    done += counted;
  }
}

/** Tries block by block. A fault that does not come again is where the transfer began. */
async function firstBadBlock(offset: number, bytes: Uint8Array, transfer: Transfer): Promise<number> {
  for (let at = 0; at < bytes.length; at += transferBlock) {
    try {
      await transfer(offset + at, bytes.subarray(at, at + transferBlock));
    } catch {
      return offset + at;
    }
  }
  return offset;
}

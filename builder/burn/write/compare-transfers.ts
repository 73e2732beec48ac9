import { createHash, type Hash } from 'node:crypto';
import { mapBlockSize } from '../../image/block-map.ts';
import type { CardDevice } from '../device/card-device.ts';
import { readWhole } from '../device/whole-transfers.ts';
import { changedWhileBurning } from './card-contents.ts';
import type { MappedStretch } from './card-plan.ts';
import { clip } from './stretch.ts';
import type { Transfer } from './transfers.ts';
import type { TransferWork } from './write-transfers.ts';
import { WrongBytes } from './wrong-bytes.ts';

/**
 * Reads transfers back and compares every byte with what was to be written; what the card gave is also held against the manifest's sha256 of
 * each mapped range that lies in them whole, so that a decompressed image that changed in the meantime is not passed.
 * @param ranges ascending, each inside the transfers
 * @throws WrongBytes with the first wrong byte; CardFault; the signal's reason; BoardsmithError FILE_UNUSABLE
 */
export async function compareTransfers(
  transfers: readonly Transfer[],
  ranges: readonly MappedStretch[],
  work: TransferWork,
): Promise<void> {
  const { device, contents, buffers, signal } = work;
  const digests = new RangeDigests(ranges);
  for (const transfer of transfers) {
    signal.throwIfAborted();
    const back = buffers.back.subarray(0, transfer.length);
    const [expected] = await Promise.all([
      contents.fill(transfer, buffers.pair[0]),
      readWhole(device, transfer.offset, back),
    ]);
    requireEqual(device, transfer.offset, expected, back);
    if (!digests.take(transfer.offset, back)) throw changedWhileBurning(contents.rawPath);
    await work.onDone(transfer);
  }
  digests.requireAll();
}

function requireEqual(device: CardDevice, offset: number, expected: Uint8Array, back: Uint8Array): void {
  if (Buffer.compare(expected, back) === 0) return;
  const at = back.findIndex((byte, index) => byte !== expected[index]);
  const block = at - (at % mapBlockSize);
  const lost = back.subarray(block, block + mapBlockSize).every((byte) => byte === 0);
  throw new WrongBytes(device, offset + at, lost);
}

/** sha256 of ranges, from bytes that come in ascending pieces. */
class RangeDigests {
  readonly #ranges: readonly MappedStretch[];
  #hash: Hash = createHash('sha256');
  #index = 0;

  constructor(ranges: readonly MappedStretch[]) {
    this.#ranges = ranges;
  }

  /** @returns false if a range is over and its digest is another */
  take(offset: number, bytes: Uint8Array): boolean {
    for (let range = this.#ranges[this.#index]; range !== undefined; range = this.#ranges[this.#index]) {
      const [part] = clip([range], offset, offset + bytes.length);
      if (part === undefined) return true;
      this.#hash.update(bytes.subarray(part.offset - offset, part.offset - offset + part.length));
      if (part.offset + part.length < range.offset + range.length) return true;
      const digest = this.#hash.digest('hex');
      this.#hash = createHash('sha256');
      this.#index += 1;
      if (digest !== range.sha256) return false;
    }
    return true;
  }

  /** @throws Error if a range lay outside of what was read: a bug of the plan must not pass a card */
  requireAll(): void {
    const left = this.#ranges[this.#index];
    if (left !== undefined) throw new Error(`the range at byte ${left.offset} was not read back whole`);
  }
}

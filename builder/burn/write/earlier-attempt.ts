import { mapBlockSize } from '../../image/block-map.ts';
import type { ReleasedImage } from '../../release/release-manifest.ts';
import type { CardDevice } from '../device/card-device.ts';
import { readWhole } from '../device/whole-transfers.ts';
import type { Journal, JournalEntry } from './journal.ts';
import { readMarker } from './marker.ts';

/**
 * How far an earlier attempt to write this image onto this very card came: what the journal says, if the card's marker is of the same attempt.
 * @param buffer aligned, one block at least
 * @returns null if there was none
 * @throws CardFault
 */
export async function earlierAttempt(
  device: CardDevice,
  journal: Journal,
  { raw }: Pick<ReleasedImage, 'raw'>,
  buffer: Uint8Array,
): Promise<JournalEntry | null> {
  const entry = await journal.read();
  if (entry === null) return null;
  const block = buffer.subarray(0, mapBlockSize);
  await readWhole(device, 0, block);
  const marker = readMarker(block);
  return marker?.attempt === entry.attempt && marker.image === raw.sha256 ? entry : null;
}

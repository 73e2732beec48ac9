import type { CardReader } from './card-bytes.ts';
import type { EmptyPlace } from './empty-places.ts';

export interface StrayByte {
  /** Of the first byte that is not zero, or of those that cannot be read. */
  readonly offset: number;
  readonly message: string;
}

const zeros = Buffer.alloc(1 << 20);

/**
 * Reads a place of a card that its image leaves empty.
 * @param onProgress bytes of each piece
 * @returns the first byte that is not zero, or that cannot be read; null if all are
 * @throws the signal's reason
 */
export async function strayByte(
  card: CardReader,
  { offset, length }: EmptyPlace,
  signal: AbortSignal,
  onProgress: (bytes: number) => void,
): Promise<StrayByte | null> {
  for (let at = offset; at < offset + length; at += zeros.length) {
    signal.throwIfAborted();
    const wanted = Math.min(zeros.length, offset + length - at);
    let bytes: Buffer;
    try {
      bytes = await card.read(at, wanted);
    } catch (error) {
      const why = (error as Error).message;
      return { offset: at, message: `bytes ${at} to ${at + wanted - 1} cannot be read: ${why}` };
    }
    if (!zeros.subarray(0, bytes.length).equals(bytes)) {
      const stray = at + bytes.findIndex((byte) => byte !== 0);
      const message = `byte ${stray} is not zero, though the image holds nothing there and its system reads it`;
      return { offset: stray, message };
    }
    if (bytes.length < wanted)
      return { offset: at + bytes.length, message: `it ends at byte ${at + bytes.length}` };
    onProgress(wanted);
  }
  return null;
}

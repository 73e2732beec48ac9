import { mapBlockSize } from '../../image/block-map.ts';

/**
 * What stands in the first block of a card from the moment at which its old content is given up until everything else on it is written and read
 * back. It is no partition table and no boot sector (bytes 510 and 511 are zero), so nothing starts from such a card.
 */
export interface Marker {
  /** sha256 of the raw image that is being written. */
  readonly image: string;
  /** 32 hex digits, new for each card that is begun: tells this card from another one in the same reader. */
  readonly attempt: string;
}

const firstLine = 'BOARDSMITH UNFINISHED CARD';
const pattern = new RegExp(`^${firstLine}\nimage: sha256:([0-9a-f]{64})\nattempt: ([0-9a-f]{32})\n\0+$`);

/** One block, zeros at its end. */
export function markerBlock({ image, attempt }: Marker): Buffer {
  const block = Buffer.alloc(mapBlockSize);
  block.write(`${firstLine}\nimage: sha256:${image}\nattempt: ${attempt}\n`, 'latin1');
  return block;
}

/** @returns null if a card's first block is no marker */
export function readMarker(block: Uint8Array): Marker | null {
  const text = Buffer.from(block.buffer, block.byteOffset, block.length).toString('latin1');
  const [, image, attempt] = pattern.exec(text) ?? [];
  return image === undefined || attempt === undefined ? null : { image, attempt };
}

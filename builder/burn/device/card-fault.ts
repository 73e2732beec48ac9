import type { CardDevice } from './card-device.ts';

/**
 * What a failed transfer means. `host-full`: the file system below a dry run's file, which is no fault of a card.
 */
export type CardFaultKind = 'pulled-out' | 'bad-block' | 'write-protected' | 'host-full';

const meanings: Readonly<Record<CardFaultKind, string>> = {
  'pulled-out': 'it was pulled out',
  'bad-block': 'it has a bad block',
  'write-protected': 'it is write-protected',
  'host-full': 'the file system that it lies in is full',
};

/** Linux: include/uapi/asm-generic/errno.h. libuv has no name for ENOMEDIUM, so numbers are compared too. */
const noMedium = -123;
const pulledOut = ['ENODEV', 'ENXIO', 'ENOMEDIUM', 'ESHUTDOWN'];
const writeProtected = ['EROFS', 'EPERM', 'EACCES'];
const hostFull = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/** A transfer from or to a card that failed: where, and what that means. It stays inside the burner; a person gets CARD_BAD. */
export class CardFault extends Error {
  override readonly name = 'CardFault';
  readonly kind: CardFaultKind;
  /** Bytes from the card's beginning: of a bad block its first byte, else where the transfer began. */
  readonly offset: number;

  constructor(kind: CardFaultKind, device: Pick<CardDevice, 'path'>, offset: number, cause?: unknown) {
    super(
      `${device.path}: ${meanings[kind]}, at byte ${offset}`,
      cause === undefined ? undefined : { cause },
    );
    this.kind = kind;
    this.offset = offset;
  }
}

/**
 * What the kernel's error means. A block device that ends before its claimed size is gone: Linux sets the size of a disk that was taken out to 0
 * (block/genhd.c, blk_mark_disk_dead), so reads find the end and writes ENOSPC. All that a driver reports of a medium (EIO, ENODATA, EILSEQ,
 * EREMOTEIO, ETIMEDOUT: block/blk-core.c, blk_errors) is a bad block.
 * @throws the error itself if the kernel did not report it: a bug, or an alignment that it refuses
 */
export function faultKind(error: unknown, device: Pick<CardDevice, 'kind'>): CardFaultKind {
  const { code, errno } = error as NodeJS.ErrnoException;
  if (code === undefined || code === 'EINVAL' || code === 'EBADF' || code.startsWith('ERR_')) throw error;
  if (pulledOut.includes(code) || errno === noMedium) return 'pulled-out';
  if (writeProtected.includes(code)) return 'write-protected';
  if (hostFull.includes(code)) return device.kind === 'file' ? 'host-full' : 'pulled-out';
  return 'bad-block';
}

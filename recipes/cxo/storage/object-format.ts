import { type Digest, sha256 } from './digest.ts';

/**
 * One file an object: its bytes, then one SHA-256 for every block of them, then a trailer.
 *
 *     bytes of the object | 32 bytes a block | trailer (88 bytes)
 *
 * The trailer binds the list of block sums to the object's own digest and length, and has a sum over itself and the list, so that every
 * block can be verified alone, before it is sent, in any range. Everything is in one file: one rename makes the object visible.
 * The first bytes are the object's own, so `head -c SIZE FILE | sha256sum` checks it without this program.
 */

/** Bytes that are verified together. 64 KiB: the list costs 0.05 %, and a read of one byte costs little. */
export const blockSize = 65536;
const sumSize = 32;
const trailerSize = 88;
/** First bytes of a trailer; the digit is the version of the format. */
const magic = Buffer.from('CXOOBJ1\n', 'latin1');
const summedTrailerSize = trailerSize - sumSize;

/** Number of blocks of an object of so many bytes. */
export function blockCount(objectSize: number): number {
  return Math.ceil(objectSize / blockSize);
}

/** Size in bytes of the file that holds an object of so many bytes. */
export function fileSize(objectSize: number): number {
  return objectSize + blockCount(objectSize) * sumSize + trailerSize;
}

/** Size of the object in a file of so many bytes; null if no object makes a file of that size. */
export function objectSizeOf(sizeOfFile: number): number | null {
  const withSums = sizeOfFile - trailerSize;
  if (withSums < 0) return null;
  const size = withSums - Math.ceil(withSums / (blockSize + sumSize)) * sumSize;
  return size >= 0 && fileSize(size) === sizeOfFile ? size : null;
}

/** The part of the file behind the object's bytes. */
export function encodeTail(digest: Digest, objectSize: number, blockSums: Uint8Array): Buffer {
  const trailer = Buffer.alloc(trailerSize);
  magic.copy(trailer, 0);
  trailer.writeUInt32BE(blockSize, 8);
  trailer.writeBigUInt64BE(BigInt(objectSize), 16);
  trailer.write(digest, 24, 'hex');
  sha256(blockSums, trailer.subarray(0, summedTrailerSize)).copy(trailer, summedTrailerSize);
  return Buffer.concat([blockSums, trailer]);
}

/** Reads what encodeTail wrote: the block sums, or null if anything in it is not as it was written for this digest and size. */
export function decodeTail(tail: Buffer, digest: Digest, objectSize: number): Buffer | null {
  const sums = tail.subarray(0, tail.length - trailerSize);
  return encodeTail(digest, objectSize, sums).equals(tail) ? sums : null;
}

/** Bytes of a disk that a file takes: whole blocks of 4 KiB, as ext4 gives them. */
export function diskBytes(sizeOfFile: number): number {
  return Math.ceil(sizeOfFile / 4096) * 4096;
}

/** The sum of block `index` within a list of sums. */
export function sumOfBlock(blockSums: Buffer, index: number): Buffer {
  return blockSums.subarray(index * sumSize, (index + 1) * sumSize);
}

import { crc32 } from '../../builder/image/crc32.ts';

/** Bytes of one piece that LZMA2 takes as they are. */
const pieceSize = 1 << 16;

/**
 * An xz file that packs nothing: one block of LZMA2 with pieces that are not packed, and CRC-32 as its check (The .xz File Format 1.2.1). Made without a program, which not
 * every machine has.
 */
export function storedXz(content: Buffer): Buffer {
  const flags = Buffer.from([0x00, 0x01]);
  const head = Buffer.concat([Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]), flags, checksum(flags)]);
  // One filter, LZMA2, with a dictionary of 8 MiB; the header has 12 bytes in all.
  const blockHead = Buffer.from([0x02, 0x00, 0x21, 0x01, 0x16, 0x00, 0x00, 0x00]);
  const block = [blockHead, checksum(blockHead)];
  for (let at = 0; at < content.length; at += pieceSize) {
    const piece = content.subarray(at, at + pieceSize);
    const size = piece.length - 1;
    block.push(Buffer.from([at === 0 ? 0x01 : 0x02, size >> 8, size & 0xff]), piece);
  }
  block.push(Buffer.from([0x00]));
  const unpadded = Buffer.concat(block);
  const index = padded(
    Buffer.concat([Buffer.from([0x00, 0x01]), number(unpadded.length + 4), number(content.length)]),
  );
  const size = Buffer.alloc(4);
  size.writeUInt32LE((index.length + 4) / 4 - 1);
  const tail = Buffer.concat([size, flags]);
  return Buffer.concat([
    ...[head, padded(unpadded), checksum(content), index, checksum(index)],
    ...[checksum(tail), tail, Buffer.from('YZ')],
  ]);
}

function checksum(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(bytes) >>> 0);
  return sum;
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

/** Seven bits a byte, the lowest first; the highest bit says that more follow. */
function number(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 0x80);
  }
}

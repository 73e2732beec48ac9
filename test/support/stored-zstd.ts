/** Largest block of a zstd frame (RFC 8878, 3.1.1.2). */
const blockSize = 128 << 10;
/** Type of a block that is one byte again and again. */
const rle = 1;

/** A zstd frame that holds bytes as they are (a block of one byte says it once): what no packer of this machine is needed for. */
export function storedZstd(content: Uint8Array): Buffer {
  // Magic, then a descriptor (no checksum, no content size) and the window: 2^(10 + 7) bytes, the size of a block.
  const parts: Uint8Array[] = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 7 << 3])];
  for (let at = 0; at < content.length || at === 0; at += blockSize) {
    const block = content.subarray(at, at + blockSize);
    const isLast = at + blockSize >= content.length ? 1 : 0;
    const [first] = block;
    const isUniform = block.length > 1 && block.every((byte) => byte === first);
    const header = Buffer.alloc(3);
    header.writeUIntLE(isLast | (isUniform ? rle << 1 : 0) | (block.length << 3), 0, 3);
    parts.push(header, isUniform ? block.subarray(0, 1) : block);
  }
  return Buffer.concat(parts);
}

/**
 * Blocks of 4096 bytes of which no two are alike, in pieces that do not end where blocks do.
 * @param blocks how many
 */
export function* numberedBlocks(blocks: number): Generator<Buffer> {
  const all = Buffer.alloc(blocks * 4096);
  for (let block = 0; block < blocks; block += 1) all.writeUInt32LE(block + 1, block * 4096);
  const piece = 1_000_003;
  for (let at = 0; at < all.length; at += piece) yield all.subarray(at, at + piece);
}

/** A small generator (mulberry32) so that every random test can be run again: the same seed gives the same numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** So many bytes that depend on the seed alone. */
export function seededBytes(seed: number, length: number): Buffer {
  const random = seededRandom(seed);
  const bytes = Buffer.alloc(length);
  for (let index = 0; index + 4 <= length; index += 4)
    bytes.writeUInt32LE(Math.floor(random() * 2 ** 32), index);
  for (let index = length - (length % 4); index < length; index++) bytes[index] = Math.floor(random() * 256);
  return bytes;
}

import { Decompress } from 'fzstd';

/**
 * Unpacks zstd in plain JavaScript, as a machine with Node alone can.
 * @throws fzstd's Error, whose `code` is a number, if the data is damaged or ends too early; what `packed` throws
 */
export async function* unpackZstd(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const stream = new Decompress((piece) => pieces.push(piece));
  for await (const chunk of packed) {
    stream.push(chunk);
    yield* pieces.splice(0);
  }
  // Throws if the frame has not come to its end.
  stream.push(new Uint8Array(), true);
  yield* pieces.splice(0);
}

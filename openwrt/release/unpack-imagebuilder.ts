import { createReadStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { Decompress } from 'fzstd';
import { unpacking } from '../../builder/toolchain/archive-error.ts';
import { Extraction } from '../../builder/toolchain/extraction.ts';
import { unpackTar } from '../../builder/toolchain/unpack-tar.ts';

/**
 * Unpacks an ImageBuilder (`.tar.zst`) without its outermost folder, whose name holds the version.
 * @param folder made if it is not there
 * @throws BoardsmithError INPUT_CORRUPT; the signal's reason
 */
export async function unpackImageBuilder(
  archive: string,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await unpacking(archive, async () => {
    const extraction = new Extraction(folder, archive, signal);
    await unpackTar(Readable.from(unzstd(archive)), extraction, {
      place: (path) => (path.includes('/') ? path.slice(path.indexOf('/') + 1) : null),
      links: 'keep',
    });
  });
}

/** Node 20 has no zstd of its own. An archive that ends early is found by tar, which then misses its last blocks. */
async function* unzstd(archive: string): AsyncGenerator<Uint8Array> {
  const unpacked: Uint8Array[] = [];
  const stream = new Decompress((chunk) => unpacked.push(chunk));
  for await (const packed of createReadStream(archive, { highWaterMark: 1 << 18 })) {
    stream.push(packed as Uint8Array);
    yield* unpacked.splice(0);
  }
  stream.push(new Uint8Array(), true);
  yield* unpacked.splice(0);
}

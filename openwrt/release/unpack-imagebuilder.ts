import { createReadStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { Decompress } from 'fzstd';
import { unpacking } from '../../builder/toolchain/archive-error.ts';
import { decompress } from '../../builder/toolchain/decompress.ts';
import { Extraction } from '../../builder/toolchain/extraction.ts';
import { unpackTar } from '../../builder/toolchain/unpack-tar.ts';

/**
 * Unpacks an ImageBuilder (`.tar.zst`, or `.tar.xz`: which one its first bytes say) without its outermost folder, whose name holds the version.
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
    const tar = (await isXz(archive))
      ? decompress(createReadStream(archive), '.xz')
      : Readable.from(unzstd(archive));
    await unpackTar(tar, extraction, {
      place: (path) => (path.includes('/') ? path.slice(path.indexOf('/') + 1) : null),
      links: 'keep',
    });
  });
}

/** The xz file format, 2.1.1.1: its magic bytes. In the lock's store a file has no name of its own. */
const xzMagic = Buffer.from('fd377a585a00', 'hex');

async function isXz(archive: string): Promise<boolean> {
  const handle = await open(archive, 'r');
  try {
    const beginning = Buffer.alloc(xzMagic.length);
    await handle.read(beginning, 0, beginning.length, 0);
    return beginning.equals(xzMagic);
  } finally {
    await handle.close();
  }
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

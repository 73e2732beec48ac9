import { createReadStream } from 'node:fs';
import { Turns } from '../../lock/turns.ts';
import { decompress } from '../../toolchain/decompress.ts';
import type { ReleasedImage } from '../release-manifest.ts';
import { unpackZstd } from '../unpack-zstd.ts';
import { RawImageCheck } from './raw-image-check.ts';
import type { ReleaseProblem } from './release-problem.ts';

const chunkSize = 1 << 18;

/**
 * Unpacks an image and holds every byte against the manifest; nothing is kept.
 * @param file where it lies
 * @param path of the `.img.zst` or `.img.xz` in its release
 * @param onProgress bytes of the raw image so far
 * @throws the signal's reason; an Error of the file system
 */
export async function packedImageProblems(
  file: string,
  path: string,
  image: ReleasedImage,
  signal: AbortSignal,
  onProgress: (bytes: number) => void,
): Promise<ReleaseProblem[]> {
  const say = (message: string): ReleaseProblem => ({ kind: 'image', where: path, message });
  const check = new RawImageCheck(image);
  const turns = new Turns(signal);
  try {
    for await (const piece of unpacked(file, path.endsWith('.xz'))) {
      check.push(piece);
      if (check.isTooLong) break;
      onProgress(check.position);
      await turns.take();
    }
  } catch (error) {
    signal.throwIfAborted();
    // The file system names its codes; those who unpack number them or have none.
    if (
      typeof (error as NodeJS.ErrnoException).code === 'string' &&
      (error as NodeJS.ErrnoException).syscall !== undefined
    ) {
      throw error;
    }
    return [say(`it cannot be unpacked: ${(error as Error).message}`)];
  }
  return check.finish().map(say);
}

function unpacked(file: string, isXz: boolean): AsyncIterable<Uint8Array> {
  const packed = createReadStream(file, { highWaterMark: chunkSize });
  return isXz ? decompress(packed, '.xz') : unpackZstd(packed);
}

import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { Turns } from './turns.ts';

const blockSize = 1 << 20;

/**
 * Lower-case hex sha256 of a file's bytes. Read synchronously into one buffer, which is three times as fast as a stream (an image of
 * 433 MiB: 0.29 s against 0.97 s); others get their turn in between.
 * @throws the signal's reason; an Error of the file system
 */
export async function sha256OfFile(file: string, signal?: AbortSignal): Promise<string> {
  signal?.throwIfAborted();
  const descriptor = openSync(file, 'r');
  try {
    return await sha256OfDescriptor(descriptor, signal);
  } finally {
    closeSync(descriptor);
  }
}

/** The same for a file that is open, from its beginning on, wherever it was read last. */
export async function sha256OfDescriptor(descriptor: number, signal?: AbortSignal): Promise<string> {
  signal?.throwIfAborted();
  const hash = createHash('sha256');
  const turns = new Turns(signal);
  const buffer = Buffer.allocUnsafe(blockSize);
  for (let position = 0; ; ) {
    const length = readSync(descriptor, buffer, 0, blockSize, position);
    if (length === 0) return hash.digest('hex');
    position += length;
    hash.update(buffer.subarray(0, length));
    await turns.take();
  }
}

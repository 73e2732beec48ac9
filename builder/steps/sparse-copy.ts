import { open } from 'node:fs/promises';

const blockSize = 1 << 20;
const zeros = Buffer.alloc(blockSize);

/** Copies a file and leaves holes where it holds zeros: an image is mostly empty slots. Overwrites the target. */
export async function sparseCopy(source: string, target: string, signal: AbortSignal): Promise<void> {
  const from = await open(source, 'r');
  try {
    const to = await open(target, 'w');
    try {
      const buffer = Buffer.alloc(blockSize);
      const { size } = await from.stat();
      for (let offset = 0; offset < size; offset += blockSize) {
        signal.throwIfAborted();
        const { bytesRead } = await from.read(buffer, 0, blockSize, offset);
        const block = buffer.subarray(0, bytesRead);
        if (!block.equals(zeros.subarray(0, bytesRead))) await to.write(block, 0, bytesRead, offset);
      }
      await to.truncate(size);
      await to.sync();
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

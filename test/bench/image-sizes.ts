import { stat } from 'node:fs/promises';
import { execa } from 'execa';
import type { Figures } from './figures.ts';

/** Blocks of stat are of this many bytes, whatever the file system's own are (stat(2)). */
const statBlock = 512;

/** What an image takes without its holes, and packed (zstd 9) as it is sent to somebody. */
export async function imageSizes(image: string): Promise<Pick<Figures, 'imageBytes' | 'compressedBytes'>> {
  const { blocks } = await stat(image);
  return { imageBytes: blocks * statBlock, compressedBytes: await zstdBytes(image) };
}

async function zstdBytes(image: string): Promise<number> {
  const { stdout } = await execa('sh', ['-c', 'zstd -9 -T0 -c "$1" | wc -c', 'sh', image]);
  return Number(stdout);
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { boardsmith } from '../support/command-line.ts';
import { newcomerLock } from '../support/newcomer-lock.ts';
import { testCache } from '../support/places.ts';
import { imageSizes } from './image-sizes.ts';

/** Builds the appliance as for a release. @returns bytes of its image, packed (zstd 9) */
export async function denseImageBytes(board: string): Promise<number> {
  const out = await mkdtemp(join(tmpdir(), 'boardsmith-bench-dense-'));
  try {
    const options = [
      '--board',
      board,
      '--lock',
      await newcomerLock(['cxo']),
      '--out',
      out,
      '--cache',
      testCache,
    ];
    const { exitCode, stderr } = await boardsmith(['build', 'cxo', '--dense', ...options]);
    if (exitCode !== 0) throw new Error(stderr);
    return (await imageSizes(join(out, `cxo-${board}.img`))).compressedBytes;
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

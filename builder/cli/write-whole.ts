import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';

/** Writes a file beside its target and renames it, so that no half one is left. Folders are made. @throws BoardsmithError FILE_UNUSABLE */
export async function writeWhole(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}.part`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(draft, text);
    await rename(draft, file);
  } catch (cause) {
    throw new BoardsmithError('FILE_UNUSABLE', `cannot write ${file}`, { hint: 'name another file', cause });
  }
}

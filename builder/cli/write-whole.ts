import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';

/** Writes a file beside its target and renames it, so that no half one is left. @throws BoardsmithError FILE_UNUSABLE */
export async function writeWhole(file: string, content: string | Uint8Array): Promise<void> {
  const draft = `${file}.${process.pid}.part`;
  try {
    await writeFile(draft, content);
    await rename(draft, file);
  } catch (cause) {
    throw new BoardsmithError('FILE_UNUSABLE', `cannot write ${file}`, { hint: 'name another file', cause });
  }
}

/** Writes files below a folder, making it and theirs. @param files by their path there @throws BoardsmithError FILE_UNUSABLE */
export async function writeBelow(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    try {
      await mkdir(dirname(file), { recursive: true });
    } catch (cause) {
      throw new BoardsmithError('FILE_UNUSABLE', `cannot make ${dirname(file)}`, {
        hint: 'name another folder',
        cause,
      });
    }
    await writeWhole(file, text);
  }
}

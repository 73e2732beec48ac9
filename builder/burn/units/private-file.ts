import { open } from 'node:fs/promises';

/** A file that may hold secrets. */
export interface PrivateFile {
  readonly bytes: Buffer;
  /** Its mode (`0644`), if others on this machine can read it; null if they cannot, or it is no file (a pipe is nobody else's). */
  readonly openMode: string | null;
}

/** Reads a file, and whom it is open to. @throws an Error of the file system */
export async function readPrivateFile(path: string): Promise<PrivateFile> {
  const handle = await open(path, 'r');
  try {
    const state = await handle.stat();
    const isOpen = state.isFile() && (state.mode & 0o077) !== 0;
    return {
      bytes: await handle.readFile(),
      openMode: isOpen ? (state.mode & 0o777).toString(8).padStart(4, '0') : null,
    };
  } finally {
    await handle.close();
  }
}

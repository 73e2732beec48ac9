import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inThread } from '../../lock/byte-threads/byte-threads.ts';
import type { ReleasedFile } from '../release-manifest.ts';

/** A release folder in the making: it knows what was put into it. */
export class FolderDraft {
  readonly #folder: string;
  readonly #signal: AbortSignal;
  readonly #files = new Map<string, ReleasedFile>();

  constructor(folder: string, signal: AbortSignal) {
    this.#folder = folder;
    this.#signal = signal;
  }

  /** Files so far, sorted by path. */
  get files(): ReleasedFile[] {
    return [...this.#files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** @param path below the folder, POSIX separators. @returns it */
  async write(path: string, content: string | Uint8Array): Promise<string> {
    const bytes = Buffer.from(content);
    const target = await this.#place(path);
    const handle = await open(target, 'wx', 0o644);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    this.#files.set(path, {
      path,
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    return path;
  }

  /** Copies a file and hashes the copy, so that what is signed is what lies there. */
  async copy(path: string, source: string): Promise<string> {
    this.#signal.throwIfAborted();
    const target = await this.#place(path);
    await copyFile(source, target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    await chmod(target, 0o644);
    const handle = await open(target, 'r');
    await handle.sync().finally(() => handle.close());
    const sha256 = await inThread('fileDigest', [target], this.#signal);
    this.#files.set(path, { path, size: (await stat(target)).size, sha256 });
    return path;
  }

  async #place(path: string): Promise<string> {
    this.#signal.throwIfAborted();
    const target = join(this.#folder, path);
    await mkdir(dirname(target), { recursive: true });
    return target;
  }
}

import { join } from 'node:path';
import type { Contents } from './contents.ts';
import type { Digest } from './digest.ts';
import { errorCode, type FileSystem } from './file-system.ts';
import { KeyedLock } from './keyed-lock.ts';
import type { Layout } from './layout.ts';
import type { Report } from './store-types.ts';

/** Where damaged objects are kept for people to look at. Nothing in it is ever served. */
export class Quarantine {
  readonly #fs: FileSystem;
  readonly #layout: Layout;
  readonly #contents: Contents;
  readonly #report: Report;
  readonly #lock = new KeyedLock();

  constructor(fs: FileSystem, layout: Layout, contents: Contents, report: Report) {
    this.#fs = fs;
    this.#layout = layout;
    this.#contents = contents;
    this.#report = report;
  }

  /** Moves an object's file here for good. Only under the object's lock. Never throws: a reader has its own error to report. */
  async take(digest: Digest, damage: string): Promise<void> {
    const file = this.#layout.fileOf(digest);
    try {
      const sizeOfFile = await this.#fs.sizeOf(file);
      if (sizeOfFile === null) return;
      const name = await this.#unusedName(digest);
      await this.#fs.rename(file, join(this.#layout.quarantine, name));
      this.#contents.removed(sizeOfFile);
      this.#contents.quarantinedFile(sizeOfFile);
      await this.#fs.syncFolder(this.#layout.quarantine);
      await this.#fs.syncFolder(this.#layout.folderOf(digest));
      this.#report('object-quarantined', { digest, damage, name });
    } catch (error) {
      // It stays where it is; every read of it fails in the same way, and a new put replaces it.
      this.#report('quarantine-failed', { digest, damage, error: errorCode(error) || String(error) });
    }
  }

  /** Removes everything in it; answers how many files. */
  async empty(): Promise<number> {
    return await this.#lock.run('', async () => {
      const files = await this.#fs.namesAndSizes(this.#layout.quarantine);
      for (const { name, size } of files) {
        await this.#fs.removeFile(join(this.#layout.quarantine, name));
        this.#contents.quarantinedFileRemoved(size);
      }
      await this.#fs.syncFolder(this.#layout.quarantine);
      this.#report('quarantine-emptied', { files: files.length });
      return files.length;
    });
  }

  async #unusedName(digest: Digest): Promise<string> {
    for (let number = 1; ; number++) {
      const name = `${digest}.${number}`;
      if ((await this.#fs.sizeOf(join(this.#layout.quarantine, name))) === null) return name;
    }
  }
}

import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAbandoned, modifiedAt, processMark } from './process-mark.ts';

/**
 * Folders in which work is done before it is moved into place, all below one root. Names begin with the process that made them, so that what a killed process left
 * can be told from what a live one uses.
 */
export class ScratchFolders {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Runs `task` with an empty folder and removes the folder, however the task ends. */
  async use<Result>(task: (folder: string) => Promise<Result>): Promise<Result> {
    const folder = await this.create();
    try {
      return await task(folder);
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  }

  /** An empty folder of this process's own; whoever asks for it removes it. */
  async create(): Promise<string> {
    await mkdir(this.#root, { recursive: true });
    return await mkdtemp(join(this.#root, `${processMark()}.`));
  }

  /** Removes what killed processes left. What another machine or container left is removed when it is old. */
  async removeLeftovers(): Promise<void> {
    for (const name of await readdir(this.#root).catch((): string[] => [])) {
      const folder = join(this.#root, name);
      if (!isAbandoned(name.slice(0, name.lastIndexOf('.')), await modifiedAt(folder))) continue;
      // Another user's leftovers on a shared cache are theirs to remove.
      await rm(folder, { recursive: true, force: true }).catch(() => {});
    }
  }
}

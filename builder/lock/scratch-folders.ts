import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isAbandoned, processMark } from './process-mark.ts';

/** A mark (older ones have no boot) and what mkdtemp adds. */
const ending = /^((?:[0-9a-f]{16}\.)?\d+\.\d+)\.[A-Za-z0-9]{6}$/;

/**
 * Folders in which work is done before it is moved into place, all below one root. Names tell the process that made them, so that what a
 * killed process left can be told from what a live one uses.
 */
export class ScratchFolders {
  readonly #root: string;
  readonly #prefix: string;

  /**
   * @param root made if it is not there
   * @param prefix what their names begin with, in a root that holds other things too
   */
  constructor(root: string, prefix = '') {
    this.#root = root;
    this.#prefix = prefix;
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
    return await mkdtemp(join(this.#root, `${this.#prefix}${processMark()}.`));
  }

  /** Removes what killed processes left. What another machine or container left is removed when it is old. Nothing else is touched. */
  async removeLeftovers(): Promise<void> {
    for (const name of await readdir(this.#root).catch((): string[] => [])) {
      const mark = name.startsWith(this.#prefix)
        ? ending.exec(name.slice(this.#prefix.length))?.[1]
        : undefined;
      if (mark === undefined) continue;
      const folder = join(this.#root, name);
      const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
      if (!isAbandoned(mark, mtimeMs)) continue;
      // Another user's leftovers on a shared cache are theirs to remove.
      await rm(folder, { recursive: true, force: true }).catch(() => {});
    }
  }
}

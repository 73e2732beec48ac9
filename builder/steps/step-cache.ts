import { statSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ScratchFolders } from '../lock/scratch-folders.ts';

/** What is kept about a finished step. It exists only when the output folder is whole. */
export interface StepRecord {
  readonly id: string;
  /** What the step took when it ran, in milliseconds. */
  readonly milliseconds: number;
}

/**
 * Finished steps by key: `steps/<key>/` is the output, `steps/<key>.json` the record, `running/` holds what is being made.
 * Several processes may use one cache at once: a folder is made aside and renamed, and the first one to finish a key wins.
 */
export class StepCache {
  readonly root: string;
  readonly #running: ScratchFolders;

  constructor(root: string) {
    this.root = root;
    this.#running = new ScratchFolders(join(root, 'running'));
  }

  /** Output folder of a finished step, or null if it is not in the cache. */
  find(key: string): string | null {
    try {
      statSync(this.#recordFile(key));
      return this.outputFolder(key);
    } catch {
      return null;
    }
  }

  outputFolder(key: string): string {
    return join(this.root, 'steps', key);
  }

  /** A folder of this process's own with an empty `output` and an empty `scratch` in it. */
  async createWorkFolder(): Promise<string> {
    const folder = await this.#running.create();
    await mkdir(join(folder, 'output'));
    await mkdir(join(folder, 'scratch'));
    return folder;
  }

  /** Moves a finished output into place. If another process was first, its output (of equal bytes) is kept. */
  async commit(key: string, workFolder: string, record: StepRecord): Promise<string> {
    const target = this.outputFolder(key);
    await mkdir(join(this.root, 'steps'), { recursive: true });
    if (this.find(key) === null) {
      try {
        await rename(join(workFolder, 'output'), target);
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code;
        // Another process put its output there between our look and our rename; equal keys mean equal bytes.
        if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
      }
      const recordDraft = join(workFolder, 'record.json');
      await writeFile(recordDraft, `${JSON.stringify(record)}\n`);
      await rename(recordDraft, this.#recordFile(key));
    }
    await this.discard(workFolder);
    return target;
  }

  async discard(workFolder: string): Promise<void> {
    await rm(workFolder, { recursive: true, force: true });
  }

  /** Removes what killed processes of this machine left in `running/`. Never touches a live process's folder. */
  async removeLeftovers(): Promise<void> {
    await this.#running.removeLeftovers();
  }

  #recordFile(key: string): string {
    return join(this.root, 'steps', `${key}.json`);
  }
}

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

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
  readonly #processTag: string;

  constructor(root: string) {
    this.root = root;
    this.#processTag = `${pidNamespace()}.${process.pid}`;
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

  async readRecord(key: string): Promise<StepRecord> {
    return JSON.parse(await readFile(this.#recordFile(key), 'utf8')) as StepRecord;
  }

  /** A folder of this process's own with an empty `output` and an empty `scratch` in it. */
  async createWorkFolder(key: string): Promise<string> {
    const running = join(this.root, 'running');
    await mkdir(running, { recursive: true });
    const folder = await mkdtemp(join(running, `${this.#processTag}.${key.slice(0, 16)}.`));
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
    let names: string[];
    try {
      names = readdirSync(join(this.root, 'running'));
    } catch {
      return;
    }
    for (const name of names) {
      const [namespace, pid] = name.split('.');
      // Of another PID namespace (a container on the same cache) nothing can be said; its own next build cleans up.
      if (namespace === pidNamespace() && !isAlive(Number(pid)))
        await this.discard(join(this.root, 'running', name));
    }
  }

  #recordFile(key: string): string {
    return join(this.root, 'steps', `${key}.json`);
  }
}

function pidNamespace(): string {
  return String(statSync('/proc/self/ns/pid').ino);
}

function isAlive(pid: number): boolean {
  try {
    // State Z is a process that ended and was not yet waited for.
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

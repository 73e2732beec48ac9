import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

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
    return await mkdtemp(join(this.#root, `${pidNamespace()}.${process.pid}.`));
  }

  /** Removes what killed processes of this machine left. What another PID namespace (a container on the same cache) left, its own next run removes. */
  async removeLeftovers(): Promise<void> {
    for (const name of listed(this.#root)) {
      const [namespace, pid] = name.split('.');
      if (namespace === pidNamespace() && !isAlive(Number(pid))) {
        await rm(join(this.#root, name), { recursive: true, force: true });
      }
    }
  }
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
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

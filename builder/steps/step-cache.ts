import { readFileSync, statSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inThread } from '../lock/byte-threads/byte-threads.ts';
import { ScratchFolders } from '../lock/scratch-folders.ts';

const recordName = 'record.json';

/** How many results of one step are kept: the one in use, and what a branch or a change taken back needs again. An image takes 80 MB and more. */
const keptResults = 3;

/** What is kept about a finished step. */
export interface StepRecord {
  readonly id: string;
  /** What the step took when it ran, in milliseconds. */
  readonly milliseconds: number;
  /** Of its output folder, see tree-digest.mjs. */
  readonly digest: string;
}

/**
 * Finished steps by key: `built/<key>/output` and, beside it, `record.json`; `running/` holds what is being made. Both are made aside and
 * moved into place by one rename, so several processes may use one cache at once and a kill at any moment leaves a step whole or absent.
 *
 * Before an output is used it is hashed whole and held to its record, once in a run of the process. Nothing less would do: time stamps
 * stay when a disk loses a bit, and after a power cut names can be there before bytes. What no step needs is not looked at: of a build in
 * which all is cached that is everything but the images, after a changed line of a daemon everything but what goes into its program and image.
 * Processor time on a machine with SHA instructions: Zig (21,000 files, 376 MB) 0.8 s, Node for this machine 0.4 s, an image (450 MB, mostly
 * empty) 0.2 s, all that a changed line needs 0.5 s. Threads do it, beside the steps that need less.
 *
 * Outputs are not flushed: what a power cut tears the next build finds and makes again, and flushing files takes seven times as long as
 * writing them (500 small ones: 1.0 s against 0.14 s).
 */
export class StepCache {
  readonly root: string;
  readonly #running: ScratchFolders;
  /** A folder for each process that uses results, as old as its use. */
  readonly #users: ScratchFolders;
  /** Keys of what was made or verified in this run of the process. */
  readonly #verified = new Set<string>();

  constructor(root: string) {
    this.root = root;
    this.#running = new ScratchFolders(join(root, 'running'));
    this.#users = new ScratchFolders(join(root, 'users'));
  }

  /** Whether a step's output stands in the cache; its bytes are verified by `take`. Has no effects. */
  has(key: string): boolean {
    return this.#record(key) !== null;
  }

  outputFolder(key: string): string {
    return join(this.#place(key), 'output');
  }

  /**
   * The output of a finished step, verified.
   * @returns its folder; `absent`; or `damaged`: it was not what its record says, and was removed
   */
  async take(key: string, signal: AbortSignal): Promise<{ readonly folder: string } | 'absent' | 'damaged'> {
    for (;;) {
      const record = this.#record(key);
      if (record === null) return 'absent';
      const taken = { folder: this.outputFolder(key) };
      if (this.#verified.has(key)) return taken;
      await this.#markUsed(key);
      const which = this.#identity(key);
      const digest = await inThread('treeDigest', [taken.folder], signal).catch((error: unknown) => {
        signal.throwIfAborted();
        return String(error);
      });
      if (digest === record.digest) {
        this.#verified.add(key);
        return taken;
      }
      // Another process may have found the damage too, and made it anew meanwhile.
      if (which !== this.#identity(key)) continue;
      await this.#remove(key);
      return 'damaged';
    }
  }

  /** A folder of this process's own with an empty `output` and an empty `scratch` in it. */
  async createWorkFolder(): Promise<string> {
    const folder = await this.#running.create();
    await mkdir(join(folder, 'output'));
    await mkdir(join(folder, 'scratch'));
    return folder;
  }

  /** Moves a finished output into place. If another process was first, its output (of equal bytes) is kept. */
  async commit(
    key: string,
    workFolder: string,
    facts: Omit<StepRecord, 'digest'>,
    signal: AbortSignal,
  ): Promise<string> {
    const digest = await inThread('treeDigest', [join(workFolder, 'output')], signal);
    const draft = join(workFolder, 'finished');
    await mkdir(draft);
    await rename(join(workFolder, 'output'), join(draft, 'output'));
    const record: StepRecord = { ...facts, digest };
    await writeFile(join(draft, recordName), `${JSON.stringify(record)}\n`);
    await mkdir(join(this.root, 'built'), { recursive: true });
    for (;;) {
      try {
        await rename(draft, this.#place(key));
        break;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
        const theirs = await this.take(key, signal);
        if (typeof theirs === 'object') break;
        // A folder without a readable record: a power cut tore it.
        if (theirs === 'absent') await this.#remove(key);
      }
    }
    this.#verified.add(key);
    await this.discard(workFolder);
    return this.outputFolder(key);
  }

  async discard(workFolder: string): Promise<void> {
    await rm(workFolder, { recursive: true, force: true });
  }

  /** Removes what killed processes left in `running/` and `users/`. Never touches a live process's folder. */
  async removeLeftovers(): Promise<void> {
    await this.#running.removeLeftovers();
    await this.#users.removeLeftovers();
  }

  /**
   * Runs a task that uses results. When it has ended well, old ones are removed: of each step the three that were used last are kept, and
   * whatever was used since the oldest task of any live process began.
   */
  async use<Result>(task: () => Promise<Result>): Promise<Result> {
    // A cache that cannot be written still serves; nothing is removed from it either.
    const user = await this.#users.create().catch(() => null);
    try {
      const result = await task();
      if (user !== null) await this.#trim();
      return result;
    } finally {
      if (user !== null) await this.discard(user);
    }
  }

  async #trim(): Promise<void> {
    await this.#users.removeLeftovers();
    const inUseSince = Math.min(...(await modifiedTimes(join(this.root, 'users'), (name) => name)).values());
    const used = await modifiedTimes(join(this.root, 'built'), (key) => join(key, recordName));
    const latestFirst = [...used].sort(([, one], [, other]) => other - one);
    const kept = new Map<string, number>();
    for (const [key, usedAt] of latestFirst) {
      const id = this.#record(key)?.id;
      if (id === undefined) continue;
      const count = (kept.get(id) ?? 0) + 1;
      kept.set(id, count);
      if (count > keptResults && usedAt < inUseSince) await this.#remove(key);
    }
  }

  /** Of use to `#trim` alone: on a cache that cannot be written nothing is trimmed. */
  async #markUsed(key: string): Promise<void> {
    // Whole milliseconds, rounded up: a user's folder has finer ones.
    const now = new Date(Date.now() + 1);
    await utimes(join(this.#place(key), recordName), now, now).catch(() => {});
  }

  #place(key: string): string {
    return join(this.root, 'built', key);
  }

  /** Tells a folder from another that took its place. */
  #identity(key: string): string | null {
    const status = statSync(this.#place(key), { bigint: true, throwIfNoEntry: false });
    return status === undefined ? null : `${status.ino} ${status.ctimeNs}`;
  }

  #record(key: string): StepRecord | null {
    try {
      const record = JSON.parse(readFileSync(join(this.#place(key), recordName), 'utf8')) as StepRecord;
      return typeof record.digest === 'string' ? record : null;
    } catch {
      return null;
    }
  }

  /** Moved away first: what is at a key's place is never half removed. */
  async #remove(key: string): Promise<void> {
    this.#verified.delete(key);
    await this.#running.use(async (folder) => {
      await rename(this.#place(key), join(folder, 'removed')).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
    });
  }
}

/** When files below a folder were changed last, in milliseconds since 1970, by the folder's entry that leads to them. What vanishes meanwhile is left out. */
async function modifiedTimes(
  folder: string,
  file: (entry: string) => string,
): Promise<ReadonlyMap<string, number>> {
  const times = new Map<string, number>();
  for (const entry of (await readdir(folder).catch((): string[] => [])).sort()) {
    const status = await stat(join(folder, file(entry))).catch(() => null);
    if (status !== null) times.set(entry, status.mtimeMs);
  }
  return times;
}

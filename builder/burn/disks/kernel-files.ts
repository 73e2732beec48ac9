import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';

/**
 * What the kernel tells in `/sys`, `/proc` and `/run`. All of it may go away while it is read (a card that is pulled out, a process that ends) and some of it
 * is not for everyone to see: what cannot be read is null.
 */
export class KernelFiles {
  readonly #root: string;

  /** @param root folder in which `sys`, `proc` and `run` lie: `/`, or a test's own */
  constructor(root: string) {
    this.#root = root;
  }

  async text(path: string): Promise<string | null> {
    return await readFile(join(this.#root, path), 'utf8').catch(() => null);
  }

  /** One attribute: its text without blanks around it; null also for an empty one. */
  async attribute(path: string): Promise<string | null> {
    const text = (await this.text(path))?.trim();
    return text === undefined || text === '' ? null : text;
  }

  async bytes(path: string): Promise<Buffer | null> {
    return await readFile(join(this.#root, path)).catch(() => null);
  }

  /** Sorted; empty if there is no such folder. */
  async names(path: string): Promise<string[]> {
    const names = await readdir(join(this.#root, path)).catch(() => []);
    return names.sort();
  }

  async exists(path: string): Promise<boolean> {
    return (await this.whereIs(path)) !== null;
  }

  async link(path: string): Promise<string | null> {
    return await readlink(join(this.#root, path)).catch(() => null);
  }

  /** The place that links lead to: `sys/devices/…`. */
  async whereIs(path: string): Promise<string | null> {
    const [root, place] = await Promise.all([
      realpath(this.#root),
      realpath(join(this.#root, path)).catch(() => null),
    ]);
    return place === null ? null : relative(root, place);
  }
}

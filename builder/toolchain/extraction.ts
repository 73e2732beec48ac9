import {
  chmodSync,
  closeSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  openSync,
  rmSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path/posix';
import type { BoardsmithError } from '../error/boardsmith-error.ts';
import { Turns } from '../lock/turns.ts';
import { refusedArchive } from './archive-error.ts';
import { archivePath } from './archive-path.ts';

/**
 * Lays the entries of one archive into a folder and never outside it: no absolute path, no `..`, nothing through a symlink.
 * Modes are kept (without setuid, setgid and sticky, whatever the umask), owners and times are not. A file replaces a file, so
 * that several packages can be laid over each other.
 *
 * Calls are synchronous: with thousands of small files that is several times faster than a trip through the thread pool for each. Between them others get their turn.
 */
export class Extraction {
  readonly #root: string;
  readonly #archive: string;
  readonly #turns: Turns;
  /** Folders (relative) that are known to be real ones. */
  readonly #folders = new Set<string>(['']);

  /**
   * @param root existing folder
   * @param archive path of the archive, for messages
   * @param signal stops it between two writes
   */
  constructor(root: string, archive: string, signal?: AbortSignal) {
    this.#root = root;
    this.#archive = archive;
    this.#turns = new Turns(signal);
  }

  /** Called once an entry: others get their turn. @throws the signal's reason, once it is aborted */
  async turn(): Promise<void> {
    await this.#turns.take();
  }

  /** @returns the entry's relative path, `''` for the root */
  path(name: string): string {
    return archivePath(name, this.#archive);
  }

  /** The refusal of this archive. */
  refusal(what: string): BoardsmithError {
    return refusedArchive(this.#archive, what);
  }

  directory(path: string, mode: number): void {
    this.#ensureFolder(path);
    // Its owner must be able to write the files that follow, and to remove it again.
    if (path !== '') chmodSync(this.#absolute(path), (mode & 0o777) | 0o700);
  }

  async file(
    path: string,
    mode: number,
    content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): Promise<void> {
    const absolute = this.#freePlace(path);
    const descriptor = openSync(absolute, 'wx', 0o600);
    try {
      for await (const chunk of content) {
        await this.#turns.take();
        for (let written = 0; written < chunk.length; ) written += writeSync(descriptor, chunk, written);
      }
    } finally {
      closeSync(descriptor);
    }
    chmodSync(absolute, mode & 0o777);
  }

  /** The target is kept as text. It may be absolute, which then means the root of the image; nothing is ever written through it. */
  symlink(path: string, target: string): void {
    const place = join('/', path, '..');
    if (target === '' || target.includes('\0') || (!target.startsWith('/') && escapes(place, target))) {
      throw refusedArchive(this.#archive, `the symlink ${path} points outside the folder: ${target}`);
    }
    symlinkSync(target, this.#freePlace(path));
  }

  /** A copy: two names of one file would make a later write to one change the other. */
  hardLink(path: string, targetPath: string): void {
    const target = this.#absolute(targetPath);
    this.#requireRealParents(targetPath);
    if (!lstatSync(target, { throwIfNoEntry: false })?.isFile()) {
      throw refusedArchive(
        this.#archive,
        `the hard link ${path} needs ${targetPath}, which was not unpacked`,
      );
    }
    const absolute = this.#freePlace(path);
    copyFileSync(target, absolute);
    chmodSync(absolute, lstatSync(target).mode & 0o777);
  }

  #absolute(path: string): string {
    return join(this.#root, path);
  }

  /** Makes room for a new entry: parents exist and are real folders, and no older file is in the way. */
  #freePlace(path: string): string {
    if (path === '') throw refusedArchive(this.#archive, 'its root is not a folder');
    this.#ensureFolder(join(path, '..').replace(/^\.$/, ''));
    const absolute = this.#absolute(path);
    const existing = lstatSync(absolute, { throwIfNoEntry: false });
    if (existing?.isDirectory()) throw refusedArchive(this.#archive, `${path} would replace a folder`);
    if (existing !== undefined) rmSync(absolute);
    return absolute;
  }

  #ensureFolder(path: string): void {
    if (this.#folders.has(path)) return;
    this.#ensureFolder(join(path, '..').replace(/^\.$/, ''));
    const absolute = this.#absolute(path);
    const existing = lstatSync(absolute, { throwIfNoEntry: false });
    if (existing === undefined) {
      mkdirSync(absolute);
      chmodSync(absolute, 0o755);
    } else if (!existing.isDirectory()) {
      throw refusedArchive(
        this.#archive,
        `${path} is a ${existing.isSymbolicLink() ? 'symlink' : 'file'}, not a folder`,
      );
    }
    this.#folders.add(path);
  }

  #requireRealParents(path: string): void {
    for (let parent = join(path, '..'); parent !== '.'; parent = join(parent, '..')) {
      if (!lstatSync(this.#absolute(parent), { throwIfNoEntry: false })?.isDirectory()) {
        throw refusedArchive(this.#archive, `${parent} is not a folder`);
      }
    }
  }
}

/** True if a relative symlink in folder `place` (absolute inside the root) climbs above the root. */
function escapes(place: string, target: string): boolean {
  let depth = place.split('/').filter(Boolean).length;
  for (const part of target.split('/')) {
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') depth += 1;
    if (depth < 0) return true;
  }
  return false;
}

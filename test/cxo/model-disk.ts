import { dirname, join } from 'node:path';
import type {
  FileSystem,
  NamedSize,
  ReadableFile,
  WritableFile,
} from '../../recipes/cxo/storage/file-system.ts';

/** What survives a power cut of everything that was not synced. */
export type Survival =
  | { readonly kind: 'nothing' | 'everything' }
  | { readonly kind: 'random'; readonly random: () => number };

interface File {
  bytes: Buffer;
  /** Content at the last sync. */
  durable: Buffer;
}

type Entry = File | 'folder';

interface Folder {
  readonly entries: Map<string, Entry>;
  readonly durable: Map<string, Entry>;
  /** Changes of entries since the last sync, in their order. A disk may keep any of them. */
  pending: { name: string; entry: Entry | null }[];
}

/** The power went in the middle of a call. */
export class PowerCut extends Error {
  override readonly name = 'PowerCut';
}

/**
 * A disk in memory that promises no more than POSIX does: bytes of a file are safe after its sync, names after the sync of their
 * folder, and a rename is two changes that may survive one without the other. `crash` makes the disk that is found afterwards.
 */
export class ModelDisk implements FileSystem {
  readonly #folders = new Map<string, Folder>();
  /** Calls so far; with `cutAt`, the call of that number and all later ones fail with PowerCut. */
  calls = 0;
  cutAt = Number.POSITIVE_INFINITY;
  openFiles = 0;
  free = 1e12;

  constructor(root: string) {
    this.#folders.set(root, { entries: new Map(), durable: new Map(), pending: [] });
  }

  async openForReading(path: string): Promise<ReadableFile> {
    this.#call();
    const file = this.#file(path);
    this.openFiles++;
    return {
      size: async () => {
        this.#call();
        return file.bytes.length;
      },
      read: async (target, position) => {
        this.#call();
        return file.bytes.copy(target, 0, position, position + target.length);
      },
      close: async () => this.#close(),
    };
  }

  async createFile(path: string): Promise<WritableFile> {
    this.#call();
    const folder = this.#folder(dirname(path));
    if (folder.entries.has(nameOf(path))) throw failure('EEXIST');
    const file: File = { bytes: Buffer.alloc(0), durable: Buffer.alloc(0) };
    change(folder, nameOf(path), file);
    this.openFiles++;
    return {
      write: async (bytes, position) => {
        this.#call();
        const grown = Buffer.alloc(Math.max(file.bytes.length, position + bytes.length));
        file.bytes.copy(grown);
        grown.set(bytes, position);
        file.bytes = grown;
      },
      sync: async () => {
        this.#call();
        file.durable = file.bytes;
      },
      close: async () => this.#close(),
    };
  }

  async rename(from: string, to: string): Promise<void> {
    this.#call();
    const file = this.#file(from);
    change(this.#folder(dirname(to)), nameOf(to), file);
    change(this.#folder(dirname(from)), nameOf(from), null);
  }

  async removeFile(path: string): Promise<void> {
    this.#call();
    this.#file(path);
    change(this.#folder(dirname(path)), nameOf(path), null);
  }

  async makeFolder(path: string): Promise<boolean> {
    this.#call();
    if (this.#folders.has(path)) return false;
    change(this.#folder(dirname(path)), nameOf(path), 'folder');
    this.#folders.set(path, { entries: new Map(), durable: new Map(), pending: [] });
    return true;
  }

  async syncFolder(path: string): Promise<void> {
    this.#call();
    const folder = this.#folder(path);
    for (const { name, entry } of folder.pending) apply(folder.durable, name, entry);
    folder.pending = [];
  }

  async names(path: string): Promise<string[]> {
    this.#call();
    return [...this.#folder(path).entries.keys()];
  }

  async namesAndSizes(path: string): Promise<NamedSize[]> {
    this.#call();
    return [...this.#folder(path).entries].map(([name, entry]) => ({
      name,
      size: entry === 'folder' ? 0 : entry.bytes.length,
    }));
  }

  async sizeOf(path: string): Promise<number | null> {
    this.#call();
    const entry = this.#folder(dirname(path)).entries.get(nameOf(path));
    return entry === undefined || entry === 'folder' ? null : entry.bytes.length;
  }

  async freeBytes(): Promise<number> {
    this.#call();
    return this.free;
  }

  /** The disk as it is found when the power is back. */
  crash(root: string, survival: Survival): ModelDisk {
    const found = new ModelDisk(root);
    const files = new Map<File, File>();
    const walk = (path: string): void => {
      const before = this.#folder(path);
      const after = found.#folder(path);
      const entries = new Map(before.durable);
      for (const { name, entry } of before.pending) if (survives(survival)) apply(entries, name, entry);
      for (const [name, entry] of entries) {
        const kept = entry === 'folder' ? entry : (files.get(entry) ?? survivingFile(entry, survival));
        if (entry !== 'folder' && kept !== 'folder') files.set(entry, kept);
        after.entries.set(name, kept);
        after.durable.set(name, kept);
        if (entry === 'folder') {
          found.#folders.set(join(path, name), { entries: new Map(), durable: new Map(), pending: [] });
          walk(join(path, name));
        }
      }
    };
    walk(root);
    return found;
  }

  #call(): void {
    if (++this.calls >= this.cutAt) throw new PowerCut('power cut');
  }

  /** Closing a descriptor changes nothing on the disk: no call of its own. */
  #close(): void {
    this.openFiles--;
  }

  #folder(path: string): Folder {
    const folder = this.#folders.get(path);
    if (folder === undefined) throw failure('ENOENT');
    return folder;
  }

  #file(path: string): File {
    const entry = this.#folder(dirname(path)).entries.get(nameOf(path));
    if (entry === undefined || entry === 'folder') throw failure('ENOENT');
    return entry;
  }
}

/** An error as Node throws it. */
export function failure(code: string): Error {
  return Object.assign(new Error(`${code}: made by a test`), { code });
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function change(folder: Folder, name: string, entry: Entry | null): void {
  apply(folder.entries, name, entry);
  folder.pending.push({ name, entry });
}

function apply(entries: Map<string, Entry>, name: string, entry: Entry | null): void {
  if (entry === null) entries.delete(name);
  else entries.set(name, entry);
}

function survives(survival: Survival): boolean {
  return survival.kind === 'random' ? survival.random() < 0.5 : survival.kind === 'everything';
}

/** Of what was not synced, each sector may have reached the disk or not, and so may the new length. */
function survivingFile(file: File, survival: Survival): File {
  const length = survives(survival) ? file.bytes.length : file.durable.length;
  const bytes = Buffer.alloc(length);
  file.durable.copy(bytes);
  for (let start = 0; start < length; start += 4096) {
    if (survives(survival)) file.bytes.copy(bytes, start, start, Math.min(start + 4096, length));
  }
  return { bytes, durable: bytes };
}

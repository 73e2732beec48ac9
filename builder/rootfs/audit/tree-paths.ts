import { join } from 'node:path/posix';
import type { Tree, TreeEntry } from '../tree.ts';

/** The kernel gives up after so many symlinks in one lookup (path_resolution(7)). */
const mostSymlinks = 40;

export type Resolution =
  | { readonly kind: 'found'; readonly entry: TreeEntry }
  /** `place`: the path, free of symlinks, at which there is nothing. */
  | { readonly kind: 'missing'; readonly place: string }
  | { readonly kind: 'loop' };

/** Looks paths up in a tree as the kernel would: symlinks in the middle and at the end are followed. */
export class TreePaths {
  readonly #entries: ReadonlyMap<string, TreeEntry>;

  constructor(tree: Tree) {
    this.#entries = new Map(tree.map((entry) => [entry.path, entry]));
  }

  resolve(path: string): Resolution {
    let pending = path.split('/').filter(Boolean);
    let place = '/';
    for (let followed = 0; pending.length > 0; ) {
      const [part = '', ...rest] = pending;
      pending = rest;
      const next = join(place, part);
      const entry = this.#entries.get(next);
      if (entry === undefined) return { kind: 'missing', place: join(next, ...rest) };
      if (entry.type !== 'symlink') {
        if (entry.type === 'file' && rest.length > 0) return { kind: 'missing', place: join(next, ...rest) };
        place = next;
        continue;
      }
      followed += 1;
      if (followed > mostSymlinks) return { kind: 'loop' };
      if (entry.target.startsWith('/')) place = '/';
      pending = [...entry.target.split('/').filter(Boolean), ...rest];
    }
    const entry = this.#entries.get(place);
    return entry === undefined ? { kind: 'missing', place } : { kind: 'found', entry };
  }

  /** The path of the file at the end of all symlinks, or undefined. */
  file(path: string): string | undefined {
    const found = this.resolve(path);
    return found.kind === 'found' && found.entry.type === 'file' ? found.entry.path : undefined;
  }
}

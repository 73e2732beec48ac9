import { basename, dirname, join } from 'node:path/posix';
import type { AuditedFile } from './audited-file.ts';
import type { TreePaths } from './tree-paths.ts';

/** Names (after `lib`) that musl's loader takes for itself, whatever follows (ldso/dynlink.c, load_library). */
const muslOwn = /^lib(?:c|pthread|rt|m|dl|util|xnet)\./;
/** Where musl looks if /etc/ld-musl-ARCH.path is not there. */
const muslDefaultPath = ['/lib', '/usr/local/lib', '/usr/lib'];

export interface LibraryUse {
  /** The file that asks. */
  readonly path: string;
  readonly library: string;
}

export interface LibrarySearch {
  /** Paths of all files that a program loads, itself included. */
  readonly loaded: ReadonlySet<string>;
  readonly unresolved: readonly LibraryUse[];
}

/**
 * What musl's loader would load for a program: for each needed name the search paths of the file that asks and of those that
 * asked for it, then the system's folders.
 * @param program path of a program
 * @param systemPath see `muslSystemPath`
 */
export function searchLibraries(
  program: string,
  files: ReadonlyMap<string, AuditedFile>,
  paths: TreePaths,
  systemPath: readonly string[],
): LibrarySearch {
  const loaded = new Set<string>([program]);
  const unresolved: LibraryUse[] = [];
  /** Each file with the search paths of itself and of those that asked for it, nearest first. */
  const queue: { path: string; search: readonly string[] }[] = [
    { path: program, search: ownSearchPath(program, files) },
  ];
  for (const { path, search } of queue) {
    for (const library of files.get(path)?.elf?.needed ?? []) {
      if (muslOwn.test(library)) continue;
      const candidates = library.includes('/')
        ? [library]
        : [...search, ...systemPath].map((folder) => join(folder, library));
      // A library that is loaded already is taken by its name, wherever it was found.
      const present = [...loaded].find((file) => basename(file) === library);
      const found = present ?? candidates.map((path) => paths.file(path)).find((file) => file !== undefined);
      if (found === undefined) unresolved.push({ path, library });
      else if (!loaded.has(found)) {
        loaded.add(found);
        queue.push({ path: found, search: [...ownSearchPath(found, files), ...search] });
      }
    }
  }
  return { loaded, unresolved };
}

function ownSearchPath(path: string, files: ReadonlyMap<string, AuditedFile>): string[] {
  const folders = files.get(path)?.elf?.searchPath ?? [];
  return folders.map((folder) => folder.replaceAll(/\$ORIGIN|\$\{ORIGIN\}/g, dirname(path)));
}

/**
 * The system's folders: /etc/ld-musl-ARCH.path below the loader's prefix (split at colons and line breaks), or musl's own.
 * @param interpreter the loader as programs name it: `/lib/ld-musl-aarch64.so.1`
 * @param read the content of a file of the tree, or undefined
 */
export async function muslSystemPath(
  interpreter: string,
  read: (path: string) => Promise<string | undefined>,
): Promise<string[]> {
  const name = /ld-musl-[^/]+?(?=\.so)/.exec(interpreter)?.[0];
  const prefix = dirname(dirname(interpreter));
  const text = name === undefined ? undefined : await read(join(prefix, 'etc', `${name}.path`));
  return text === undefined ? muslDefaultPath : text.split(/[:\n]/).filter(Boolean);
}

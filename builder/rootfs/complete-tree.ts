import { BoardsmithError } from '../error/boardsmith-error.ts';
import type { Tree, TreeEntry } from './tree.ts';

export interface CompleteTreeOptions {
  /** Paths that may carry setuid, setgid or sticky bits. None without it. */
  readonly specialBits?: readonly string[];
}

/**
 * Makes a tree of entries in any order: adds missing parent folders (0755, root, origin `parent`) and sorts by code unit.
 * The root folder itself may be among the entries (path `/`); it is added otherwise.
 * @throws BoardsmithError STEP_FAILED with every problem: two entries for one path, a malformed path, special bits that nobody
 * asked for, a file in the place of a folder
 */
export function completeTree(entries: readonly TreeEntry[], options: CompleteTreeOptions = {}): Tree {
  const problems: string[] = [];
  const byPath = new Map<string, TreeEntry>();
  for (const entry of entries) {
    const problem = pathProblem(entry.path) ?? modeProblem(entry, options.specialBits ?? []);
    if (problem !== undefined) problems.push(`${JSON.stringify(entry.path)} (${entry.origin}): ${problem}`);
    const other = byPath.get(entry.path);
    if (other !== undefined) {
      problems.push(`${entry.path}: comes twice, from ${other.origin} and from ${entry.origin}`);
    }
    byPath.set(entry.path, entry);
  }
  for (const path of [...byPath.keys()]) {
    for (const parent of parents(path)) {
      const existing = byPath.get(parent);
      if (existing === undefined) byPath.set(parent, parentFolder(parent));
      else if (existing.type !== 'directory') {
        problems.push(`${path}: its parent ${parent} (${existing.origin}) is a ${existing.type}`);
      }
    }
  }
  if (problems.length > 0) {
    throw new BoardsmithError('STEP_FAILED', `the files of an image do not fit together: ${problems[0]}`, {
      hint: 'correct the recipe, board or overlay that the entry comes from',
      problems,
    });
  }
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function pathProblem(path: string): string | undefined {
  if (path === '/') return undefined;
  if (!path.startsWith('/')) return 'the path is not absolute';
  if (path.includes('\0') || path.includes('\n')) return 'the path has a NUL or a line break';
  const parts = path.slice(1).split('/');
  if (parts.includes('')) return 'the path has an empty part (// or a slash at its end)';
  if (parts.includes('.') || parts.includes('..')) return 'the path has a . or .. part';
  return undefined;
}

function modeProblem({ mode, path, type }: TreeEntry, allowed: readonly string[]): string | undefined {
  if (type === 'symlink') return undefined;
  if (!Number.isInteger(mode) || mode <= 0 || mode > 0o7777) return `${mode} is no usable mode`;
  if ((mode & 0o7000) !== 0 && !allowed.includes(path)) {
    return `the mode ${mode.toString(8)} has a setuid, setgid or sticky bit`;
  }
  return undefined;
}

/** `/a/b/c` → `/a/b`, `/a`, `/`. */
function parents(path: string): string[] {
  if (path === '/') return [];
  const parts = path.slice(1).split('/');
  return parts.map((_, index) => `/${parts.slice(0, parts.length - 1 - index).join('/')}`);
}

function parentFolder(path: string): TreeEntry {
  return { type: 'directory', path, mode: 0o755, uid: 0, gid: 0, origin: 'parent' };
}

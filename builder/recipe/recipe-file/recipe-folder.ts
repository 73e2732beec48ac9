import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SourceFile } from '../resolved-recipe.ts';

/** What lies beside recipe.yaml, as far as a build may read it. */
export interface RecipeFolder {
  /** Absolute. */
  readonly directory: string;
  /** Sorted by path. */
  readonly sources: readonly SourceFile[];
  /** Links among what would be sources or folders of them; they are refused. Sorted. */
  readonly links: readonly string[];
  /** Sources that could not be read, with why. */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
  /** True if there are more files than a daemon has: the folder is something else. */
  readonly tooMany: boolean;
  /** True if the folder's package.json names packages that the daemon needs. */
  readonly hasDependencies: boolean;
  /** null without dependencies, and without the file. */
  readonly packageLockSha256: string | null;
  /** Why package.json cannot be read as JSON; null if it can, or is not there. */
  readonly manifestError: string | null;
}

/** Far more than a daemon has, and soon hashed. */
const mostSources = 5000;
const sourceExtension = /\.(?:[mc]?[tj]s|json)$/;
const ignoredFolders: readonly string[] = ['node_modules', 'test', 'tests'];

/** Reads the folder of a recipe. @param file absolute path of recipe.yaml */
export async function readRecipeFolder(file: string): Promise<RecipeFolder> {
  const directory = dirname(file);
  const walk: Walk = { directory, files: [], links: [], unreadable: [] };
  await collect(walk, '');
  const tooMany = walk.files.length > mostSources;
  const sources: SourceFile[] = [];
  for (const path of tooMany ? [] : walk.files.sort()) {
    try {
      sources.push({ path, sha256: sha256(await readFile(join(directory, path))) });
    } catch (error) {
      walk.unreadable.push({ path, reason: (error as Error).message });
    }
  }
  return {
    directory,
    sources,
    links: walk.links.sort(),
    unreadable: walk.unreadable,
    tooMany,
    ...(await npmDependencies(directory)),
  };
}

interface Walk {
  readonly directory: string;
  readonly files: string[];
  readonly links: string[];
  readonly unreadable: { path: string; reason: string }[];
}

async function collect(walk: Walk, folder: string): Promise<void> {
  let entries: Dirent[];
  try {
    entries = await readdir(join(walk.directory, folder), { withFileTypes: true });
  } catch (error) {
    walk.unreadable.push({ path: folder === '' ? '.' : folder, reason: (error as Error).message });
    return;
  }
  for (const entry of entries) {
    if (walk.files.length > mostSources) return;
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (isIgnored(entry)) continue;
    // A link's target is not part of the folder: another machine may have other bytes there.
    if (entry.isSymbolicLink()) walk.links.push(path);
    else if (entry.isDirectory()) await collect(walk, path);
    else if (entry.isFile() && isSource(path)) walk.files.push(path);
  }
}

function isIgnored({ name }: Dirent): boolean {
  return name.startsWith('.') || ignoredFolders.includes(name);
}

/** Tests are no part of a daemon; the package lock counts by its own checksum. */
function isSource(path: string): boolean {
  return sourceExtension.test(path) && !/\.test\.[^./]+$/.test(path) && path !== 'package-lock.json';
}

interface NpmDependencies {
  readonly packageLockSha256: string | null;
  readonly hasDependencies: boolean;
  readonly manifestError: string | null;
}

async function npmDependencies(directory: string): Promise<NpmDependencies> {
  const manifest = await readFile(join(directory, 'package.json'), 'utf8').catch(() => '{}');
  const none = { packageLockSha256: null, hasDependencies: false, manifestError: null };
  try {
    if (!namesDependencies(manifest)) return none;
  } catch (error) {
    return { ...none, manifestError: (error as Error).message };
  }
  const lock = await readFile(join(directory, 'package-lock.json')).catch(() => null);
  return { ...none, hasDependencies: true, packageLockSha256: lock === null ? null : sha256(lock) };
}

/** @throws SyntaxError for what is not JSON */
function namesDependencies(manifest: string): boolean {
  const { dependencies, optionalDependencies } = JSON.parse(manifest) as Record<string, object | undefined>;
  return [dependencies, optionalDependencies].some((names) => Object.keys(names ?? {}).length > 0);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

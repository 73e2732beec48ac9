import type { ResolvedRecipe } from '../../recipe/resolved-recipe.ts';
import { loaderPath } from '../../runtime/musl-files.ts';
import { rootFilesOf } from '../../runtime/program-facts.ts';

/** LANDLOCK_ACCESS_FS_* of include/uapi/linux/landlock.h, as bits. */
export const fileAccess = {
  execute: 1n << 0n,
  writeFile: 1n << 1n,
  readFile: 1n << 2n,
  readFolder: 1n << 3n,
  removeFolder: 1n << 4n,
  removeFile: 1n << 5n,
  makeFolder: 1n << 7n,
  makeFile: 1n << 8n,
  makeLink: 1n << 12n,
  /** Renaming from one folder to another. */
  moveAcross: 1n << 13n,
  truncate: 1n << 14n,
} as const;

/** A file, or a folder with everything below it. */
export interface Place {
  readonly path: string;
  readonly access: bigint;
}

const { execute, readFile, readFolder, writeFile } = fileAccess;
const look = readFile | readFolder;
/** Files and folders of its own; no device, socket or pipe, and nothing that can be executed. */
const keep =
  look |
  writeFile |
  fileAccess.removeFolder |
  fileAccess.removeFile |
  fileAccess.makeFolder |
  fileAccess.makeFile |
  fileAccess.makeLink |
  fileAccess.moveAcross |
  fileAccess.truncate;

/** The devices that init makes; they can do no harm. */
const devices = ['/dev/full', '/dev/null', '/dev/random', '/dev/urandom', '/dev/zero'];

/** What of the file system is left to a recipe's daemon, sorted by path; all else is out of its reach, whoever owns it. */
export function placesOf({
  name,
  data,
  runtime,
}: Pick<ResolvedRecipe, 'name' | 'data' | 'runtime'>): Place[] {
  const libraries = rootFilesOf(runtime).map(({ path }) => ({
    path,
    // The kernel starts the loader as the program's interpreter.
    access: path === loaderPath ? readFile | execute : readFile,
  }));
  const places: Place[] = [
    { path: `/usr/bin/${name}`, access: readFile | execute },
    ...libraries,
    // Names of hosts and users; where names are asked for, which init writes anew with every lease.
    { path: '/etc', access: look },
    { path: '/run', access: look },
    // Itself, and what os.cpus(), os.freemem() and the like report. Other processes do not show.
    { path: '/proc', access: look },
    // Where a runtime looks for its memory limit.
    { path: '/sys/fs/cgroup', access: look },
    ...devices.map((path) => ({ path, access: readFile | writeFile })),
    { path: '/tmp', access: keep },
    ...(data === null ? [] : [{ path: '/data', access: keep }]),
  ];
  return places.sort((a, b) => (a.path < b.path ? -1 : 1));
}

import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { isElf, readElf } from '../rootfs/elf/read-elf.ts';

/** Debian's loader for the build machine. */
const loader = '/lib64/ld-linux-x86-64.so.2';

/**
 * Lets programs of unpacked Debian packages start each other from any folder: each one that needs Debian's loader moves to the same
 * path below `programs/`, and the launcher takes its place (see launcher.c).
 * @param root folder with the unpacked packages
 * @param launcher the compiled launcher
 * @returns paths (relative to root) of the programs, sorted
 */
export function makeRelocatable(root: string, launcher: string): string[] {
  const programs = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => (statSync(file).mode & 0o111) !== 0 && needsLoader(file))
    .map((file) => relative(root, file))
    .sort();
  for (const path of programs) {
    const place = join(root, path);
    const moved = join(root, 'programs', path);
    mkdirSync(dirname(moved), { recursive: true });
    renameSync(place, moved);
    copyFileSync(launcher, place);
    chmodSync(place, 0o755);
  }
  return programs;
}

function needsLoader(file: string): boolean {
  const bytes = readFileSync(file);
  if (!isElf(bytes)) return false;
  const { role, interpreter } = readElf(bytes);
  return role === 'program' && interpreter === loader;
}

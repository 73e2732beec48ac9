import { refusedArchive } from './archive-error.ts';

/**
 * The path of an archive's entry, relative, without `./` and without a trailing slash; `''` for the archive's own root.
 * @throws BoardsmithError INPUT_CORRUPT for an absolute path, `..`, an empty part or a NUL
 */
export function archivePath(name: string, archive: string): string {
  const path = name.replace(/^(?:\.\/)+/, '').replace(/\/$/, '');
  if (path === '' || path === '.') return '';
  const parts = path.split('/');
  if (path.includes('\0') || parts.some((part) => part === '' || part === '.' || part === '..')) {
    throw refusedArchive(archive, `the path ${JSON.stringify(name)} leaves the folder or is malformed`);
  }
  return path;
}

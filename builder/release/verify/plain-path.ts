/** A part of a path that begins with no dot, so that it neither climbs nor hides. */
const part = '[0-9A-Za-z+~:%_@-][0-9A-Za-z.+~:%_@-]*';

/** A relative path with POSIX separators that stays below its folder. */
export const plainPathPattern = `^${part}(/${part})*$`;

/** The folders that a path lies in, outermost first. */
export function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

import type { Mount } from './machine.ts';

/**
 * Reads `/proc/PID/mountinfo` (Linux: Documentation/filesystems/proc.rst, 3.5): id, parent, number, root, point, options, optional fields, `-`,
 * type, source, the file system's own options.
 */
export function readMounts(text: string, own: boolean): Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split('\n')) {
    const fields = line.split(' ');
    const end = fields.indexOf('-', 6);
    const [number, point] = [fields[2], fields[4]];
    if (end < 0 || number === undefined || point === undefined) continue;
    const [type = '', source = '', options = ''] = fields.slice(end + 1);
    mounts.push({
      number,
      point: unescaped(point),
      type,
      source: unescaped(source),
      more: [...options.matchAll(/=(\/dev\/[^,]+)/g)].map((match) => unescaped(match[1]!)),
      own,
    });
  }
  return mounts;
}

/** Reads `/proc/swaps`: a heading, then a file or device a line. */
export function readSwaps(text: string): string[] {
  return text
    .split('\n')
    .slice(1)
    .map((line) => unescaped(line.split(/[ \t]/)[0]!))
    .filter((file) => file !== '');
}

/** The kernel writes blanks, tabs, newlines and backslashes as three octal digits. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

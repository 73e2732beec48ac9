import { formatGigabytes } from './format-gigabytes.ts';
import { isCandidate, type ListedDisk } from './list-disks.ts';
import type { Disk } from './machine.ts';

/** Disks as a table for people: what could be burnt, then what is refused and why, each as lines. */
export function formatDisks(listed: readonly ListedDisk[]): string[] {
  const candidates = listed.filter(isCandidate);
  const refused = listed.filter((one) => !isCandidate(one));
  const rows = listed.map(({ disk }) => cells(disk));
  const widths = rows.reduce(
    (widest, row) => row.map((cell, column) => Math.max(widest[column] ?? 0, cell.length)),
    [] as number[],
  );
  const line = (disk: Disk): string =>
    `  ${cells(disk)
      .map((cell, column) => (column === 1 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')}`.trimEnd();
  const lines: string[] = [];
  if (candidates.length === 0) lines.push('No card was found. Put one in and ask again.');
  else lines.push('Cards:', ...candidates.map(({ disk }) => line(disk)));
  if (refused.length === 0) return lines;
  lines.push('Refused:');
  for (const { disk, refusals } of refused) {
    lines.push(line(disk), ...refusals.map(({ reason, liftedBy }) => `      ${reason}${lift(liftedBy)}`));
  }
  return lines;
}

function lift(word: string | null): string {
  return word === null ? '' : ` (${word} lifts this)`;
}

function cells({ path, size, bus, model, serial }: Disk): string[] {
  return [path, size === 0 ? 'no card' : formatGigabytes(size), bus, model ?? '-', `serial ${serial ?? '-'}`];
}

/** Disks for programs: `burn --list --json`. */
export function disksAsJson(listed: readonly ListedDisk[]): Record<string, unknown>[] {
  return listed.map(({ disk, refusals }) => {
    const { path, size, model, serial, cardId, bus, removable, readOnly } = disk;
    return { path, size, model, serial, cardId, bus, removable, readOnly, refusals };
  });
}

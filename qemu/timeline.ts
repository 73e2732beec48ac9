import type { ConsoleLine } from './console.ts';

export const phases = ['firmware', 'kernel', 'init', 'daemon', 'ready'] as const;
export type Phase = (typeof phases)[number];

/** When a phase began, in whole milliseconds since power-on (QEMU's start); null if it was not seen. */
export type Timeline = Readonly<Record<Phase, number | null>>;

/**
 * Reads when each phase of a boot began. A quiet kernel says nothing at its start, and its own clock starts with it: then the kernel began as
 * long before init's first line as that line's uptime says.
 */
export function bootTimeline(lines: readonly ConsoleLine[]): Timeline {
  const first = (matches: (line: ConsoleLine) => boolean): ConsoleLine | undefined => lines.find(matches);
  const mark = (kind: 'firmware' | 'kernel', name: string): number | undefined =>
    first(({ meaning }) => meaning.kind === kind && meaning.mark === name)?.atMs;
  const event = (name: string): ConsoleLine | undefined =>
    first(({ meaning }) => meaning.kind === 'event' && meaning.event.event === name);
  const start = event('start');
  const kernel = mark('firmware', 'starting-kernel') ?? kernelStart(start) ?? mark('kernel', 'version');
  return {
    firmware: rounded(mark('firmware', 'banner')),
    kernel: rounded(kernel),
    init: rounded(start?.atMs),
    daemon: rounded(event('daemon')?.atMs),
    ready: rounded(event('ready')?.atMs),
  };
}

function kernelStart(start: ConsoleLine | undefined): number | undefined {
  if (start?.meaning.kind !== 'event') return undefined;
  return Math.max(0, start.atMs - start.meaning.event.uptime_ms);
}

function rounded(milliseconds: number | undefined): number | null {
  return milliseconds === undefined ? null : Math.round(milliseconds);
}

/** Columns of a chart unless somebody knows better: with an indent it fits into a terminal of 60. */
const standardColumns = 56;
const widestBar = 40;
const narrowestBar = 8;

/**
 * The timeline as text: a line a phase, with when it began, how long it took until the next one, and a bar over the whole boot.
 * @param columns what a line may take; a terminal of less than 40 wraps it
 */
export function timelineChart(timeline: Timeline, columns = standardColumns): string {
  const seen = phases.flatMap((phase) => {
    const at = timeline[phase];
    return at === null ? [] : [{ phase, at }];
  });
  const total = Math.max(1, ...seen.map(({ at }) => at));
  const rows = seen.map(({ phase, at }, index) => {
    const until = seen[index + 1]?.at ?? null;
    return {
      at,
      until,
      head: `${phase.padEnd(9)}${String(at).padStart(7)} ms  `,
      took: until === null ? '' : `  ${until - at} ms`,
    };
  });
  const texts = Math.max(0, ...rows.map(({ head, took }) => head.length + took.length));
  // One more than the width: a phase that takes no time has a bar too.
  const width = Math.max(narrowestBar, Math.min(widestBar, columns - texts - 1));
  const column = (at: number): number => Math.round((at / total) * width);
  return rows
    .map(({ at, until, head, took }) => {
      const bar = until === null ? '|' : '='.repeat(Math.max(1, column(until) - column(at)));
      return `${head}${' '.repeat(column(at))}${bar}${took}`;
    })
    .join('\n');
}

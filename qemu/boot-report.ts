import type { Console } from './console.ts';
import { isEvent } from './console.ts';
import type { HealthAnswer } from './health.ts';
import { type LastBoot, lastBoot } from './last-boot.ts';
import { bootTimeline, type Timeline, timelineChart } from './timeline.ts';

/** What a boot that passed came to; recorded as JSON. */
export interface BootReport {
  readonly reportVersion: 1;
  readonly recipe: string;
  readonly board: string;
  /** The exact command line of QEMU. */
  readonly command: string;
  readonly timeline: Timeline;
  readonly memory: {
    /** KiB, from init's ready line. */
    readonly availableKiB: number | null;
    readonly daemonResidentKiB: number | null;
  };
  readonly ready: { readonly by: string; readonly attempt: number };
  readonly health: HealthAnswer | null;
  /** How the boot before this one ended; null if there was none. */
  readonly lastBoot: LastBoot | null;
  /** Factor by which this machine's timeouts were multiplied. */
  readonly timeoutScale: number;
}

export interface ReportContext {
  readonly recipe: string;
  readonly board: string;
  readonly command: string;
  readonly health: HealthAnswer | null;
  readonly timeoutScale: number;
}

/** The report of a machine whose daemon is ready. */
export function bootReport(console: Console, context: ReportContext): BootReport {
  const line = console.lines.find(isEvent('ready'));
  const event = line?.meaning.kind === 'event' ? line.meaning.event : {};
  const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);
  const fields = event as Readonly<Record<string, unknown>>;
  return {
    reportVersion: 1,
    recipe: context.recipe,
    board: context.board,
    command: context.command,
    timeline: bootTimeline(console.lines),
    memory: {
      availableKiB: number(fields.memory_available_kib),
      daemonResidentKiB: number(fields.daemon_rss_kib),
    },
    ready: { by: String(fields.by ?? 'unknown'), attempt: number(fields.attempt) ?? 0 },
    health: context.health,
    lastBoot: lastBoot(console.lines),
    timeoutScale: context.timeoutScale,
  };
}

/** The report for people: the timeline as a chart, then memory. */
export function reportText({ timeline, memory }: BootReport): string {
  const mebibytes = (kibibytes: number | null): string =>
    kibibytes === null ? 'unknown' : `${Math.round(kibibytes / 1024)} MiB`;
  return [
    timelineChart(timeline),
    `memory: the daemon uses ${mebibytes(memory.daemonResidentKiB)}, ${mebibytes(memory.availableKiB)} are free`,
  ].join('\n');
}

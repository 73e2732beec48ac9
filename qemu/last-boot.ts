import type { ConsoleLine } from './console.ts';
import type { ConsoleMeaning, InitEvent } from './console-line.ts';

/** What a crash left: init's event, and the lines that were kept of it. */
export interface CrashTrace {
  /** `daemon`, or how the boot ended: `kernel-panic`, `watchdog`, `sudden`. */
  readonly kind: string;
  readonly event: InitEvent;
  readonly lines: readonly string[];
}

/** How the boot before a boot ended, as init tells of it. */
export interface LastBoot {
  /** `power-off`, `reboot`, `failure`, `kernel-panic`, `watchdog`, `sudden`. */
  readonly end: string;
  readonly crashes: readonly CrashTrace[];
}

/** Reads it from the console of one boot; null if init says nothing of it: on a card's first boot there is nothing before. */
export function lastBoot(lines: readonly ConsoleLine[]): LastBoot | null {
  const meanings = lines.map(({ meaning }) => meaning);
  const events = meanings.flatMap((meaning) => (meaning.kind === 'event' ? [meaning.event] : []));
  const told = events.find(({ event }) => event === 'last-boot');
  if (told === undefined) return null;
  const crashes = events.filter(({ event }) => event === 'last-crash');
  return {
    end: String(told.end),
    crashes: crashes.map((event) => ({
      kind: String(event.kind),
      event,
      lines: keptLines(meanings, event.kind === 'daemon' ? 'daemon' : 'kernel'),
    })),
  };
}

/** A sentence for people about such an event of init; null for any other line. */
export function lastBootSentence(meaning: ConsoleMeaning): string | null {
  if (meaning.kind !== 'event') return null;
  const { event } = meaning;
  if (event.event === 'last-boot') return endSentence(event);
  if (event.event !== 'last-crash') return null;
  return event.kind === 'daemon' ? daemonSentence(event) : 'what the kernel wrote last follows';
}

const ends: Readonly<Record<string, string>> = {
  'power-off': 'ended in order, by powering off',
  reboot: 'ended in order, by a reboot',
  failure: 'ended since init could not go on',
  'kernel-panic': 'ended in a kernel panic',
  watchdog: 'hung and was ended by the watchdog',
  sudden: 'ended suddenly: by a reset, or its power was cut',
};

function endSentence({ end, reason }: InitEvent): string {
  const why = typeof reason === 'string' ? ` (${reason})` : '';
  return `the boot before this one ${ends[String(end)] ?? `ended by ${String(end)}`}${why}`;
}

const causes: Readonly<Record<string, string>> = {
  exit: 'ended by itself',
  'not-ready': 'was ended since it did not become ready',
  unhealthy: 'was ended since its health checks failed',
};

function daemonSentence({ cause, signal, status, ends: count }: InitEvent): string {
  if (cause === 'end-of-boot') return 'the daemon ran until that boot ended; its last lines follow';
  const how = signal === undefined ? `status ${String(status)}` : String(signal);
  const often = Number(count) > 1 ? `, ${String(count)} times in that boot` : '';
  return `the daemon of that boot ${causes[String(cause)] ?? String(cause)} (${how})${often}; its last lines follow`;
}

function keptLines(meanings: readonly ConsoleMeaning[], of: 'kernel' | 'daemon'): string[] {
  return meanings.flatMap((meaning) => (meaning.kind === 'trace' && meaning.of === of ? [meaning.text] : []));
}

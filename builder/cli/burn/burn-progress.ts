import type { BurnEvent, OfCard } from '../../burn/burn-event.ts';
import { formatBytes, formatSeconds } from '../format.ts';
import { paint } from '../paint.ts';
import { type Row, ScreenRows } from '../progress/screen-rows.ts';
import type { Terminal } from '../terminal.ts';

type Progress = Extract<BurnEvent, { event: 'progress' }>;
type Phase = Progress['phase'];

/** Shows cards that are burnt. */
export interface BurnProgress {
  observe(event: BurnEvent): void;
  /** Resolves when everything is drawn. */
  finish(): Promise<void>;
}

/**
 * Rows for a person at a terminal, a line a step elsewhere, NDJSON with `--json`.
 * @param most how many cards there may be
 */
export function burnProgress(terminal: Terminal, json: boolean, most: number): BurnProgress {
  if (json) {
    return { observe: (event) => terminal.out(JSON.stringify(event)), finish: async () => undefined };
  }
  return terminal.interactive ? rowsProgress(terminal, most) : linesProgress(terminal);
}

/** Parts of a phase after which a log says how far it is. */
const saidParts = 4;
/** A few MiB, in several rounds: a log says that they began. */
const shortPhases: readonly Phase[] = ['prepare', 'finish'];

function linesProgress(terminal: Terminal): BurnProgress {
  const { green, red, yellow, dim } = paint(terminal);
  const said = new Map<string, string>();
  const observe = (event: BurnEvent): void => {
    if (event.event === 'progress') {
      const { card, phase, bytes, total } = event;
      const isShort = shortPhases.includes(phase);
      const part = isShort || total === 0 ? 0 : Math.floor((bytes / total) * saidParts);
      if (said.get(card) === `${phase} ${part}`) return;
      said.set(card, `${phase} ${part}`);
      terminal.note(dim(`${label(event)}: ${isShort ? phases[phase] : movement(event)}`));
      return;
    }
    const line = sentence(event);
    if (line === null) return;
    const colour = { done: green, failed: red, warning: yellow, 'change-card': yellow }[
      event.event as string
    ];
    terminal.note(colour === undefined ? line : colour(line));
  };
  return { observe, finish: async () => undefined };
}

function rowsProgress(terminal: Terminal, most: number): BurnProgress {
  const { dim, yellow } = paint(terminal);
  // A unit whose card was bad takes another row; what is more than that shares the last one.
  const rows = new ScreenRows(process.stderr, 2 * most + 8);
  const running = new Map<string, Row>();
  const waiting = new Map<string, string>();
  const notes: string[] = [];
  const observe = (event: BurnEvent): void => {
    if (event.event === 'warning') notes.push(yellow(sentence(event)!));
    if (event.event === 'end') notes.push(...[sentence(event)].filter((line) => line !== null));
    if (event.event === 'image-progress' || event.event === 'image') {
      const row = running.get(event.image) ?? rows.begin('');
      running.set(event.image, row);
      row.text = sentence(event)!;
      if (event.event === 'image') row.end('done');
    }
    if (event.event === 'change-card') waiting.set(event.card, sentence(event)!);
    if (event.event === 'card') {
      waiting.delete(event.card);
      running.set(event.card, rows.begin(sentence(event)!));
    }
    const row = 'card' in event ? running.get(event.card) : undefined;
    if (event.event === 'progress' && row !== undefined)
      row.text = `${label(event)}${dim(`: ${movement(event)}`)}`;
    if (event.event === 'done' || event.event === 'failed') {
      const last = row ?? rows.begin('');
      last.text = sentence(event)!;
      last.end(event.event);
    }
    rows.waiting = waiting.size === 0 ? '' : `${[...waiting.values()].join('; ')} (Ctrl-C ends)`;
  };
  return {
    observe,
    finish: async () => {
      rows.waiting = '';
      await rows.finish();
      for (const note of notes) terminal.note(note);
    },
  };
}

const phases: Readonly<Record<Phase, string>> = {
  probe: 'trying its size',
  prepare: 'taking away what was on it',
  check: 'looking what an earlier attempt wrote',
  write: 'writing',
  verify: 'reading back',
  finish: 'tables and boot loader',
};

function movement({ phase, bytes, total, bytesPerSecond }: Progress): string {
  const percent = total === 0 ? 100 : Math.floor((bytes / total) * 100);
  const speed = bytesPerSecond === 0 ? '' : `, ${formatBytes(bytesPerSecond)}/s`;
  return `${phases[phase]} ${percent} %${speed}`;
}

function label({ card, unit }: OfCard): string {
  return unit === null ? card : `${card} ${unit}`;
}

/** A list may have hundreds; the ledger and `--json` know them all. */
const mostNamed = 10;

function someOf(serials: readonly string[]): string {
  const more = serials.length - mostNamed;
  return serials.slice(0, mostNamed).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** What is said of an event to a person; null for what has no words of its own. */
function sentence(event: BurnEvent): string | null {
  switch (event.event) {
    case 'image-progress':
      return `decompressing ${event.image}: ${Math.floor((event.bytes / event.total) * 100)} %`;
    case 'image':
      return `${event.image}: ${formatBytes(event.mapped)} of ${formatBytes(event.size)}${event.cached ? ', decompressed before' : ''}`;
    case 'card':
      return `${label(event)}: ${event.image}`;
    case 'warning':
      return `${label(event)}: ${event.what}`;
    case 'done': {
      const read = event.result === 'verified' ? `, ${formatBytes(event.readBack)} read back` : '';
      const resumed = event.resumed === 0 ? '' : `, ${formatBytes(event.resumed)} were there`;
      const time = formatSeconds(event.milliseconds);
      return `${label(event)}: ${event.result}, ${formatBytes(event.written)} written${resumed}${read} (${time})`;
    }
    case 'failed':
      return `${label(event)}: FAILED: ${event.what}`;
    case 'change-card':
      return `${event.card}: put the next card in${event.unit === null ? '' : `, for ${event.unit}`}`;
    case 'end':
      return event.left.length === 0 ? null : `still to be burnt: ${someOf(event.left)}`;
    default:
      return null;
  }
}

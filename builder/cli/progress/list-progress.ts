import { fetchedFile } from '../../lock/fetch-event.ts';
import type { LockEntry } from '../../lock/lock-format.ts';
import type { Step } from '../../plan/step.ts';
import type { StepEvent } from '../../steps/apply.ts';
import { formatBytes, formatSeconds } from '../format.ts';
import { paint } from '../paint.ts';
import type { Terminal } from '../terminal.ts';
import { damageLine } from './damage-line.ts';
import { FetchTally } from './fetch-tally.ts';
import { type BuildProgress, type ExpectedWork, stoppingLine } from './progress.ts';
import { type Row, ScreenRows } from './screen-rows.ts';

/**
 * A list that is redrawn in place: a row for what is fetched, and one for each step in the order in which they begin, so that what runs is
 * at the lower end; the last row says how many wait.
 * @param screen the terminal itself
 */
export function listProgress(
  work: ExpectedWork,
  terminal: Terminal,
  screen: NodeJS.WriteStream = process.stderr,
): BuildProgress {
  const { dim } = paint(terminal);
  const tally = new FetchTally(work.fetches);
  const waiting = new Set(work.steps.map(({ id }) => id));
  const running = new Map<string, Row>();
  const damaged: Step[] = [];
  const rows = new ScreenRows(screen, work.most + 1);
  let fetchRow: Row | null = null;
  let stopping = false;

  const tellFetches = (): void => {
    const now = tally.running;
    const title = `fetch ${tally.files} of ${tally.total} files, ${formatBytes(tally.bytes)}`;
    const text = `${title}${now.length === 0 ? '' : dim(`: ${inFlight(now)}`)}`;
    if (fetchRow === null) fetchRow = rows.begin(text);
    else fetchRow.text = text;
    if (tally.files < tally.total) return;
    fetchRow.end('done');
    // What comes after that (a damaged file) gets a row of its own.
    fetchRow = null;
  };
  const tellWaiting = (): void => {
    const left = waiting.size === 0 ? '' : `${waiting.size} step${waiting.size === 1 ? ' waits' : 's wait'}`;
    rows.waiting = stopping ? stoppingLine : left;
  };
  const observeStep = ({ step, ...event }: StepEvent): void => {
    waiting.delete(step.id);
    if (event.type === 'damaged') damaged.push(step);
    else if (event.type === 'start') running.set(step.id, rows.begin(step.title));
    const row = running.get(step.id);
    if (row === undefined) return;
    if (event.type === 'progress') row.text = `${step.title}${dim(`: ${event.line}`)}`;
    if (event.type === 'done') row.text = `${step.title} ${dim(`(${formatSeconds(event.milliseconds)})`)}`;
    if (event.type === 'failed' || event.type === 'stopped') row.text = `${step.title}: ${event.type}`;
    if (event.type === 'done' || event.type === 'failed' || event.type === 'stopped') row.end(event.type);
  };

  if (work.fetches.length > 0) tellFetches();
  tellWaiting();
  return {
    observe: (event) => {
      if ('input' in event) {
        tally.observe(event);
        tellFetches();
      } else observeStep(event);
      tellWaiting();
    },
    stopping: () => {
      stopping = true;
      tellWaiting();
    },
    finish: async () => {
      const undone =
        waiting.size === 0 ? '' : `${waiting.size} step${waiting.size === 1 ? '' : 's'} not begun`;
      rows.waiting = undone;
      await rows.finish();
      // The list is redrawn in place: what is no line of it is said when it stands still.
      for (const step of damaged) terminal.note(damageLine(step));
    },
  };
}

function inFlight(entries: readonly LockEntry[]): string {
  const [first, ...others] = entries;
  return `${fetchedFile(first!)}${others.length === 0 ? '' : ` and ${others.length} more`}`;
}

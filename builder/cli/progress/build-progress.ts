import type { Terminal } from '../terminal.ts';
import { listProgress } from './list-progress.ts';
import { logProgress } from './log-progress.ts';
import { ndjsonProgress } from './ndjson-progress.ts';
import type { BuildProgress, ExpectedWork } from './progress.ts';

/** Redrawn task list for a person at a terminal, one line an event elsewhere, NDJSON with `--json`. */
export function buildProgress(work: ExpectedWork, terminal: Terminal, json: boolean): BuildProgress {
  const progress = json
    ? ndjsonProgress(terminal)
    : terminal.interactive && work.steps.length + work.fetches.length > 0
      ? listProgress(work, terminal)
      : logProgress(work, terminal);
  const say = (): void => progress.stopping();
  terminal.signal.addEventListener('abort', say, { once: true });
  return {
    ...progress,
    finish: async () => {
      terminal.signal.removeEventListener('abort', say);
      await progress.finish();
    },
  };
}

import { fetchedFile } from '../../lock/fetch-event.ts';
import { formatSeconds } from '../format.ts';
import { paint } from '../paint.ts';
import type { Terminal } from '../terminal.ts';
import { damageLine } from './damage-line.ts';
import { FetchTally } from './fetch-tally.ts';
import { type BuildProgress, type ExpectedWork, stoppingLine } from './progress.ts';

/** One line an event, for logs. */
export function logProgress(work: ExpectedWork, terminal: Terminal): BuildProgress {
  const color = paint(terminal);
  const expected = new Set(work.steps.map(({ id }) => id));
  const tally = new FetchTally(work.fetches);
  let done = 0;
  let begun = 0;
  const observe: BuildProgress['observe'] = (event) => {
    if ('input' in event) {
      tally.observe(event);
      if (event.type === 'fetched') return;
      begun += 1;
      return terminal.note(
        color.dim(`       fetching ${fetchedFile(event.input.entry)} (${begun} of ${tally.total})`),
      );
    }
    const { step } = event;
    // A damaged output makes steps run that were not to.
    expected.add(step.id);
    const total = expected.size;
    if (event.type === 'start') terminal.note(`       ${step.title}`);
    if (event.type === 'progress') terminal.note(color.dim(`       ${step.title}: ${event.line}`));
    if (event.type === 'damaged') terminal.note(damageLine(step));
    if (event.type === 'failed') terminal.note(color.red(`failed ${step.title}`));
    if (event.type === 'stopped') terminal.note(color.yellow(`stopped ${step.title}`));
    if (event.type === 'done') {
      done += 1;
      const count = `${String(done).padStart(String(total).length)}/${total}`;
      terminal.note(`${color.green(`[${count}]`)} ${step.title} (${formatSeconds(event.milliseconds)})`);
    }
  };
  return { observe, stopping: () => terminal.note(stoppingLine), finish: async () => {} };
}

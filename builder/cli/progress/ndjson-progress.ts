import type { BuildEvent } from '../../steps/apply.ts';
import type { Terminal } from '../terminal.ts';
import type { BuildProgress } from './progress.ts';

/** One JSON object a line and event. */
export function ndjsonProgress(terminal: Terminal): BuildProgress {
  return {
    observe: (event) => terminal.out(JSON.stringify(record(event))),
    stopping: () => {},
    finish: async () => {},
  };
}

function record(event: BuildEvent): object {
  if ('input' in event) {
    const { id, entry } = event.input;
    return { event: event.type, input: id, bytes: entry.size };
  }
  const detail =
    event.type === 'done'
      ? { milliseconds: event.milliseconds }
      : event.type === 'progress'
        ? { line: event.line }
        : {};
  return { event: `step-${event.type}`, step: event.step.id, key: event.step.key, ...detail };
}

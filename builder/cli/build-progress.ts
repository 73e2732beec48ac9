import { Listr, ListrLogger, ProcessOutput } from 'listr2';
import type { Step } from '../plan/step.ts';
import type { StepEvent } from '../steps/apply.ts';
import { formatSeconds } from './format.ts';
import { paint } from './paint.ts';
import type { Terminal } from './terminal.ts';

/** Shows a running build; `observe` is fed with the engine's events. */
export interface BuildProgress {
  observe(event: StepEvent): void;
  /** Resolves when everything is drawn. */
  finish(): Promise<void>;
}

/** Redrawn task list for a person at a terminal, one line an event elsewhere, NDJSON with `--json`. */
export function buildProgress(pending: readonly Step[], terminal: Terminal, json: boolean): BuildProgress {
  if (json) return ndjsonProgress(terminal);
  return terminal.interactive && pending.length > 0
    ? listProgress(pending, terminal)
    : logProgress(pending, terminal);
}

function ndjsonProgress(terminal: Terminal): BuildProgress {
  return {
    observe: (event) => {
      const detail =
        event.type === 'done'
          ? { milliseconds: event.milliseconds }
          : event.type === 'progress'
            ? { line: event.line }
            : {};
      terminal.out(
        JSON.stringify({ event: `step-${event.type}`, step: event.step.id, key: event.step.key, ...detail }),
      );
    },
    finish: async () => {},
  };
}

function logProgress(pending: readonly Step[], terminal: Terminal): BuildProgress {
  const color = paint(terminal);
  const expected = new Set(pending.map(({ id }) => id));
  let done = 0;
  return {
    observe: (event) => {
      // A damaged output makes steps run that were not to.
      expected.add(event.step.id);
      const total = expected.size;
      if (event.type === 'start') terminal.note(`       ${event.step.title}`);
      if (event.type === 'progress') terminal.note(color.dim(`       ${event.step.title}: ${event.line}`));
      if (event.type === 'damaged') terminal.note(damageLine(event.step));
      if (event.type === 'failed') terminal.note(color.red(`failed ${event.step.title}`));
      if (event.type === 'done') {
        done += 1;
        const count = `${String(done).padStart(String(total).length)}/${total}`;
        terminal.note(
          `${color.green(`[${count}]`)} ${event.step.title} (${formatSeconds(event.milliseconds)})`,
        );
      }
    },
    finish: async () => {},
  };
}

interface ListedStep {
  readonly step: Step;
  readonly over: Promise<void>;
  readonly end: (error?: unknown) => void;
  /** Shows a line below the step's title; does nothing until the list is drawn. */
  write: (text: string) => void;
}

function listProgress(pending: readonly Step[], terminal: Terminal): BuildProgress {
  // The list is redrawn in place: what is no line of it is said when it stands still.
  const damaged: Step[] = [];
  const lines = new Map<string, ListedStep>(
    pending.map((step) => {
      let end: (error?: unknown) => void = () => {};
      const over = new Promise<void>((resolve, reject) => {
        end = (error) => (error === undefined ? resolve() : reject(error));
      });
      // Steps that are never reached because another one failed must not count as unhandled.
      over.catch(() => {});
      return [step.id, { step, over, end, write: () => {} }];
    }),
  );
  const list = new Listr(
    [...lines.values()].map((line) => ({
      title: line.step.title,
      task: async (_context: unknown, task: { output: string; title: string }) => {
        line.write = (text) => {
          task.output = text;
        };
        await line.over;
      },
    })),
    {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      rendererOptions: {
        collapseErrors: false,
        showErrorMessage: false,
        logger: new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) }),
      },
    },
  );
  const drawn = list.run();
  return {
    observe: ({ type, step, ...event }) => {
      if (type === 'damaged') damaged.push(step);
      const line = lines.get(step.id);
      if (line === undefined) return;
      if (type === 'start') line.write('running');
      if (type === 'progress' && 'line' in event) line.write(event.line);
      if (type === 'done') line.end();
      if (type === 'failed') line.end(new Error('failed'));
    },
    finish: async () => {
      for (const line of lines.values()) line.end(new Error('not reached'));
      await drawn;
      for (const step of damaged) terminal.note(damageLine(step));
    },
  };
}

function damageLine({ title }: Step): string {
  return `the cache's copy was damaged, so it was made again: ${title}`;
}

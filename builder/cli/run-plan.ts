import { availableParallelism } from 'node:os';
import { InputStore } from '../lock/input-store.ts';
import type { LockedInput } from '../lock/lock-format.ts';
import { cacheFolderAt, outputFolderAt, requireWritable } from '../lock/storage-fault.ts';
import type { Plan, Step } from '../plan/step.ts';
import { apply, pendingSteps } from '../steps/apply.ts';
import { StepCache } from '../steps/step-cache.ts';
import { everyStepKind } from './every-step-kind.ts';
import { buildProgress } from './progress/build-progress.ts';
import { FetchTally } from './progress/fetch-tally.ts';
import type { Terminal } from './terminal.ts';

export interface RunPlanOptions {
  /** Absolute folders. */
  readonly out: string;
  readonly cache: string;
  readonly vendor: string | null;
  readonly offline: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** What a run of a plan took. */
export interface PlanRun {
  /** What was run (or, in a dry run, would be), with the time it took. */
  readonly steps: readonly { readonly id: string; readonly title: string; readonly milliseconds: number }[];
  readonly cachedSteps: number;
  /** What came over the network, in bytes, and the milliseconds during which anything did. */
  readonly fetched: { readonly files: number; readonly bytes: number; readonly milliseconds: number };
  readonly milliseconds: number;
}

/** What a plan's outputs are used with, while the cache keeps them. */
export interface PlanOutputs {
  /** Folder of a step's output. */
  folder(step: string): string;
  readonly inputs: InputStore;
}

/**
 * Runs what of a plan is not cached, with progress.
 * @param use is given the outputs; what they are is safe in the cache until it resolves. Not called in a dry run
 * @returns its result, null in a dry run
 */
export async function runPlan<Result>(
  terminal: Terminal,
  plan: Plan,
  options: RunPlanOptions,
  use: (outputs: PlanOutputs) => Promise<Result>,
): Promise<{ readonly result: Result | null; readonly run: PlanRun }> {
  const started = performance.now();
  const cache = new StepCache(options.cache);
  const pending = pendingSteps(plan, cache);
  const times = new Map<string, number>();
  const report = (step: Step) => ({ id: step.id, title: step.title, milliseconds: times.get(step.id) ?? 0 });
  if (options.dryRun) {
    const cachedSteps = plan.steps.length - pending.length;
    const fetched = { files: 0, bytes: 0, milliseconds: 0 };
    return { result: null, run: { steps: pending.map(report), cachedSteps, fetched, milliseconds: 0 } };
  }
  // Before minutes are spent on what could not be kept.
  await requireWritable(outputFolderAt(options.out));
  if (pending.length > 0) await requireWritable(cacheFolderAt(options.cache));
  const inputs = new InputStore(options.cache, {
    vendorDirectories: options.vendor === null ? [] : [options.vendor],
    network: !options.offline,
  });
  const locked = lockedInputs(pending);
  if (options.offline) await inputs.requireHere(locked);
  const fetches = await inputs.absent(locked);
  const tally = new FetchTally(fetches);
  const work = { steps: pending, fetches, most: plan.steps.length };
  const progress = buildProgress(work, terminal, options.json);
  const result = await cache.use(async () => {
    let outputs: ReadonlyMap<string, string>;
    try {
      outputs = await apply(plan, {
        cache,
        inputs,
        kinds: everyStepKind,
        concurrency: availableParallelism(),
        signal: terminal.signal,
        onEvent: (event) => {
          if (event.type === 'done') times.set(event.step.id, event.milliseconds);
          if ('input' in event) tally.observe(event);
          progress.observe(event);
        },
      });
    } finally {
      await progress.finish();
    }
    return await use({ folder: (step) => outputs.get(step)!, inputs });
  });
  const run = {
    // Not only the pending ones: a step whose cached output was damaged ran too.
    steps: plan.steps.filter((step) => times.has(step.id)).map(report),
    cachedSteps: plan.steps.length - times.size,
    fetched: { files: tally.files, bytes: tally.bytes, milliseconds: tally.milliseconds },
    milliseconds: Math.round(performance.now() - started),
  };
  return { result, run };
}

/** Every locked file that steps take, each once, sorted. */
function lockedInputs(steps: readonly Step[]): LockedInput[] {
  const entries = steps
    .flatMap(({ inputs }) => Object.values(inputs))
    .flatMap((input) => (input.from === 'lock' ? input.entries : []));
  const byId = new Map(entries.map((input) => [input.id, input]));
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

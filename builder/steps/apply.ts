import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { againThenReport } from '../error/hints.ts';
import type { FetchEvent } from '../lock/fetch-event.ts';
import { Limiter } from '../lock/limiter.ts';
import type { LockEntry } from '../lock/lock-format.ts';
import { cacheFolderAt, storageFault, writingTo } from '../lock/storage-fault.ts';
import { type Plan, type Step, wantedSteps } from '../plan/step.ts';
import { copySources } from './copy-sources.ts';
import type { StepCache } from './step-cache.ts';
import type { StepContext, StepKind } from './step-kind.ts';

/** Where locked inputs come from: fetched if need be, always verified. */
export interface InputSource {
  ensure(
    entries: readonly { readonly id: string; readonly entry: LockEntry }[],
    options: { readonly signal: AbortSignal; readonly onFetch: (event: FetchEvent) => void },
  ): Promise<readonly string[]>;
}

export type StepEvent =
  | { readonly type: 'start'; readonly step: Step }
  | { readonly type: 'progress'; readonly step: Step; readonly line: string }
  /** What lay in the cache was not what had been put there; the step runs again. */
  | { readonly type: 'damaged'; readonly step: Step }
  | { readonly type: 'done'; readonly step: Step; readonly milliseconds: number }
  | { readonly type: 'failed'; readonly step: Step; readonly error: unknown }
  /** It was running when the build was stopped, by a person or by another step's failure. */
  | { readonly type: 'stopped'; readonly step: Step };

export type BuildEvent = StepEvent | FetchEvent;

export interface ApplyOptions {
  readonly cache: StepCache;
  readonly inputs: InputSource;
  readonly kinds: ReadonlyMap<string, StepKind>;
  /** How many steps run at once; fetching is not counted. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  readonly onEvent?: (event: BuildEvent) => void;
}

/** The steps that a build of the plan's images would run: those not cached that something not cached needs. Has no effects. */
export function pendingSteps(plan: Plan, cache: StepCache): Step[] {
  const byId = new Map(plan.steps.map((step) => [step.id, step]));
  const pending = new Set<string>();
  const visit = (id: string): void => {
    const step = byId.get(id);
    if (step === undefined || pending.has(id) || cache.has(step.key)) return;
    pending.add(id);
    for (const input of Object.values(step.inputs)) if (input.from === 'step') visit(input.step);
  };
  for (const id of wantedSteps(plan)) visit(id);
  return plan.steps.filter((step) => pending.has(step.id));
}

/**
 * Runs what is not cached. The first failure stops the rest.
 * @returns the output folder of each step that the plan is made for
 * @throws BoardsmithError STEP_FAILED with the step's name and the cause, or the step's own BoardsmithError; FILE_UNUSABLE if the cache is full or
 * read-only; INTERRUPTED
 */
export async function apply(plan: Plan, options: ApplyOptions): Promise<ReadonlyMap<string, string>> {
  await writingTo(cacheFolderAt(options.cache.root), () => options.cache.removeLeftovers());
  const runner = new Runner(plan, options);
  const outcomes = await Promise.allSettled(
    wantedSteps(plan).map(async (step) => [step, await runner.output(step)] as const),
  );
  await runner.settled();
  if (options.signal.aborted) {
    throw new BoardsmithError('INTERRUPTED', 'stopped', {
      hint: 'what was finished is kept; the same command goes on from there',
    });
  }
  if (runner.firstFailure !== undefined) throw runner.firstFailure;
  return new Map(
    outcomes.map((outcome) => (outcome as PromiseFulfilledResult<readonly [string, string]>).value),
  );
}

class Runner {
  readonly #steps: ReadonlyMap<string, Step>;
  readonly #options: ApplyOptions;
  readonly #failure = new AbortController();
  readonly #signal: AbortSignal;
  readonly #limiter: Limiter;
  readonly #outputs = new Map<string, Promise<string>>();

  constructor(plan: Plan, options: ApplyOptions) {
    this.#steps = new Map(plan.steps.map((step) => [step.id, step]));
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#failure.signal]);
    this.#limiter = new Limiter(options.concurrency);
  }

  get firstFailure(): unknown {
    return this.#failure.signal.reason;
  }

  output(id: string): Promise<string> {
    let output = this.#outputs.get(id);
    if (output === undefined) {
      output = this.#produce(this.#steps.get(id)!).catch((error) => {
        const told = storageFault(error, cacheFolderAt(this.#options.cache.root)) ?? error;
        this.#failure.abort(told);
        throw told;
      });
      this.#outputs.set(id, output);
    }
    return output;
  }

  /** Resolves when nothing of this build runs any more. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#outputs.values());
  }

  async #produce(step: Step): Promise<string> {
    const cached = await this.#options.cache.take(step.key, this.#signal);
    if (typeof cached === 'object') return cached.folder;
    if (cached === 'damaged') this.#emit({ type: 'damaged', step });
    const paths = await this.#gather(step);
    return await this.#limiter.run(async () => {
      this.#signal.throwIfAborted();
      return await this.#run(step, paths);
    });
  }

  /** Brings all inputs of a step here, in parallel; its sources are copied when it starts. */
  async #gather(step: Step): Promise<GatheredInputs> {
    const folders = new Map<string, string>();
    const files = new Map<string, readonly string[]>();
    const gathered = await Promise.allSettled(
      Object.entries(step.inputs).map(async ([name, input]) => {
        if (input.from === 'step') folders.set(name, await this.output(input.step));
        else if (input.from === 'lock')
          files.set(
            name,
            await this.#options.inputs.ensure(input.entries, {
              signal: this.#signal,
              onFetch: (event) => this.#emit(event),
            }),
          );
      }),
    );
    for (const outcome of gathered) if (outcome.status === 'rejected') throw outcome.reason;
    return { folders, files };
  }

  async #run(step: Step, inputs: GatheredInputs): Promise<string> {
    const { cache, kinds } = this.#options;
    const kind = kinds.get(step.kind);
    if (kind === undefined) throw new Error(`no implementation of step kind ${step.kind}`);
    const compilerCache = join(cache.root, 'compilers', step.kind);
    await mkdir(compilerCache, { recursive: true });
    const started = performance.now();
    const workFolder = await cache.createWorkFolder();
    this.#emit({ type: 'start', step });
    try {
      const sources = await copiedSources(step, join(workFolder, 'sources'));
      const folders = new Map([...inputs.folders, ...sources]);
      await kind.run(this.#context(step, { ...inputs, folders }, workFolder, compilerCache));
      this.#signal.throwIfAborted();
      const milliseconds = Math.round(performance.now() - started);
      const output = await cache.commit(step.key, workFolder, { id: step.id, milliseconds }, this.#signal);
      this.#emit({ type: 'done', step, milliseconds });
      return output;
    } catch (error) {
      await cache.discard(workFolder);
      this.#emit(this.#signal.aborted ? { type: 'stopped', step } : { type: 'failed', step, error });
      if (error instanceof BoardsmithError || this.#signal.aborted) throw error;
      throw new BoardsmithError(
        'STEP_FAILED',
        `${step.title}: ${error instanceof Error ? error.message : String(error)}`,
        { hint: againThenReport, cause: error },
      );
    }
  }

  #context(step: Step, inputs: GatheredInputs, workFolder: string, compilerCache: string): StepContext {
    return {
      step,
      folder: (name) => named(inputs.folders, name, step),
      files: (name) => named(inputs.files, name, step),
      output: join(workFolder, 'output'),
      scratch: join(workFolder, 'scratch'),
      compilerCache,
      signal: this.#signal,
      progress: (line) => this.#emit({ type: 'progress', step, line }),
    };
  }

  #emit(event: BuildEvent): void {
    this.#options.onEvent?.(event);
  }
}

/** A private copy of each of a step's source inputs, by the input's name. */
async function copiedSources(step: Step, folder: string): Promise<ReadonlyMap<string, string>> {
  const copies = new Map<string, string>();
  for (const [name, input] of Object.entries(step.inputs)) {
    if (input.from !== 'source') continue;
    copies.set(name, join(folder, name));
    await copySources(input, join(folder, name));
  }
  return copies;
}

interface GatheredInputs {
  readonly folders: ReadonlyMap<string, string>;
  readonly files: ReadonlyMap<string, readonly string[]>;
}

function named<Value>(inputs: ReadonlyMap<string, Value>, name: string, step: Step): Value {
  const value = inputs.get(name);
  if (value === undefined) throw new Error(`step ${step.id} has no input ${name}`);
  return value;
}

import type { Step } from '../plan/step.ts';

/** What a running step sees: its inputs as paths, an empty folder for its output. It reads nothing else and writes nowhere else. */
export interface StepContext {
  readonly step: Step;
  /** Folder of a step input, or of a private copy of a source input: the files that it names and nothing else. */
  folder(input: string): string;
  /** Paths of a lock input's verified files, in the lock's order. */
  files(input: string): readonly string[];
  /** Empty folder; becomes the step's output when run() resolves. */
  readonly output: string;
  /** Empty folder that is removed afterwards. */
  readonly scratch: string;
  /** A folder that survives between runs for a compiler's own cache. Must not change the output. */
  readonly compilerCache: string;
  readonly signal: AbortSignal;
  /** One line for whoever watches. */
  progress(line: string): void;
}

/** Implementation of one kind of step; one file each. */
export interface StepKind {
  readonly kind: string;
  /** What it takes, for people, where that is more than a minute: `about 10 minutes on 2 cores`. */
  readonly cost?: string;
  run(context: StepContext): Promise<void>;
}

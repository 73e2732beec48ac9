import type { LockedInput } from '../../lock/lock-format.ts';
import type { Step } from '../../plan/step.ts';
import type { BuildEvent } from '../../steps/apply.ts';

/** What a build is going to do, as far as it is known before. */
export interface ExpectedWork {
  readonly steps: readonly Step[];
  readonly fetches: readonly LockedInput[];
  /** Steps of the whole plan: a cached one runs again if its output is found damaged. */
  readonly most: number;
}

/** Shows a running build; `observe` is fed with the engine's events. */
export interface BuildProgress {
  observe(event: BuildEvent): void;
  /** Says that the build is being stopped; it may take a moment. */
  stopping(): void;
  /** Resolves when everything is drawn. */
  finish(): Promise<void>;
}

/** What is said of it. */
export const stoppingLine = 'stopping; once more ends at once';

import type { Shooting } from './shooting.ts';
import type { Stage } from './stage.ts';
import type { Trial } from './trial.ts';
import type { ServedPort } from './tried-ports.ts';

/** What a scenario has to work with. */
export interface ScenarioTools {
  readonly stage: Stage;
  readonly shooting: Shooting;
  /** What the boards' images serve. */
  readonly served: readonly ServedPort[];
  /** A compiled probe (qemu/probe), which can end the router's daemon from inside; null if there is none. */
  readonly probe: string | null;
  /** Folder for what a scenario needs on the disk. */
  readonly scratch: string;
}

export interface Scenario {
  readonly name: string;
  /** What it shows, for people. */
  readonly title: string;
  /** True for one that is about single boards or the router: in one group of boards it is enough. */
  readonly once: boolean;
  /** @returns null if it cannot be tried here, with the reason */
  run(tools: ScenarioTools): Promise<readonly Trial[] | { readonly skipped: string }>;
}

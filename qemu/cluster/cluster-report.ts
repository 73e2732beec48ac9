import type { Timeline } from '../timeline.ts';
import { isAsExpected, type Trial } from './trial.ts';

/** What a test of a cluster came to; recorded as JSON, told as JUnit XML and as a page. */
export interface ClusterReport {
  readonly reportVersion: 1;
  readonly cluster: string;
  /** All boards of the cluster, in the policy's order. */
  readonly boards: readonly string[];
  readonly hasUplink: boolean;
  /** Boards that were machines at once, group after group; those groups that came to their end. */
  readonly groups: readonly (readonly string[])[];
  readonly scenarios: readonly ScenarioReport[];
  readonly machines: readonly MachineReport[];
  /** Why the test ended before its end; null if it did not. */
  readonly broken: string | null;
  readonly timeoutScale: number;
}

export interface ScenarioReport {
  readonly name: string;
  readonly title: string;
  /** Boards that were machines then; the stage stood in for the others. */
  readonly group: readonly string[];
  /** Why it could not be tried; null if it was. */
  readonly skipped: string | null;
  readonly milliseconds: number;
  readonly trials: readonly Trial[];
}

export interface MachineReport {
  /** `router`, `router-2` for one that took its place, or the board's name. */
  readonly name: string;
  /** Number of its group, from 1. */
  readonly group: number;
  readonly image: string;
  readonly command: string;
  readonly timeline: Timeline;
  /** What its console said, line by line. */
  readonly console: readonly string[];
}

export function failuresOf({ scenarios }: Pick<ClusterReport, 'scenarios'>): Trial[] {
  return scenarios.flatMap(({ trials }) => trials.filter((trial) => !isAsExpected(trial)));
}

export function trialCount({ scenarios }: Pick<ClusterReport, 'scenarios'>): number {
  return scenarios.reduce((sum, { trials }) => sum + trials.length, 0);
}

/** Whether all that was tried came as the policy says, and the test came to its end. */
export function holds(report: ClusterReport): boolean {
  return report.broken === null && trialCount(report) > 0 && failuresOf(report).length === 0;
}

/** Two boards, and in which groups (by number, from 1) both were machines. */
export interface Meeting {
  readonly boards: readonly [string, string];
  readonly groups: readonly number[];
}

/** Every two boards of the cluster, in the order of its boards. */
export function meetings({ boards, groups }: Pick<ClusterReport, 'boards' | 'groups'>): Meeting[] {
  return boards.flatMap((one, index) =>
    boards.slice(index + 1).map(
      (other): Meeting => ({
        boards: [one, other],
        groups: groups.flatMap((group, at) => (group.includes(one) && group.includes(other) ? [at + 1] : [])),
      }),
    ),
  );
}

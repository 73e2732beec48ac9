import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Meeting } from '../../qemu/cluster/cluster-report.ts';
import { boardsmith } from '../support/command-line.ts';
import { testCache } from '../support/places.ts';

/** What `boardsmith test` of an example cluster took, its images built beforehand. */
export interface ClusterTestFigures {
  readonly cluster: string;
  readonly boards: number;
  readonly groups: number;
  /** Pairs of boards that were machines at once. */
  readonly pairs: number;
  readonly trials: number;
  readonly milliseconds: number;
}

interface Told {
  readonly event: string;
  readonly of?: number;
  readonly trials?: number;
  readonly meetings?: readonly Meeting[];
}

/** @throws Error if the cluster does not hold: then there is nothing to measure */
export async function clusterTest(cluster: string): Promise<ClusterTestFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'boardsmith-bench-cluster-'));
  try {
    const options = [cluster, '--out', folder, '--cache', testCache, '--json'];
    const built = await boardsmith(['build', ...options]);
    if (built.exitCode !== 0) throw new Error(built.stderr);
    const began = performance.now();
    const { exitCode, stdout, stderr } = await boardsmith(['test', ...options]);
    const milliseconds = Math.round(performance.now() - began);
    const told = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Told);
    const end = told.findLast(({ event }) => event === 'tested');
    if (exitCode !== 0 || end?.meetings === undefined) throw new Error(`${cluster} does not hold\n${stderr}`);
    return {
      ...{ cluster, milliseconds, trials: end.trials ?? 0, pairs: end.meetings.length },
      boards: new Set(end.meetings.flatMap(({ boards }) => boards)).size,
      groups: told.find(({ event }) => event === 'group')?.of ?? 0,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { exampleClusters, examplePolicy } from '../../support/example-policies.ts';
import { clusterListing } from './kernel-listing.ts';
import { type MutationOutcome, mutationReport } from './mutation-trial.ts';
import { mutations } from './mutations.ts';

const test = suite('all mutations');

/** All mutations of a cluster, a share for each core. */
async function tryAll(cluster: string): Promise<MutationOutcome[]> {
  const of = availableParallelism();
  const shares = Array.from({ length: of }, async (_, part): Promise<MutationOutcome[]> => {
    const child = fork(join(import.meta.dirname, 'mutation-share.ts'), [cluster, String(part), String(of)], {
      execArgv: ['--import', 'tsx'],
    });
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`a share of the mutations ended with ${code}`);
    });
    const [outcomes] = (await Promise.race([once(child, 'message'), ended])) as [MutationOutcome[]];
    ended.catch(() => {});
    return outcomes;
  });
  return (await Promise.all(shares)).flat();
}

for (const name of exampleClusters) {
  test(`${name}: every single mutation is caught, or changes nothing`, async () => {
    const outcomes = await tryAll(name);
    assert.is(outcomes.length, mutations(clusterListing(name, await examplePolicy(name))).length);
    console.log(mutationReport(name, outcomes));
    assert.equal(
      outcomes
        .filter(({ verdict }) => verdict === 'missed' || verdict === 'unfounded')
        .map(({ mutation, verdict, why }) => `${verdict}: ${mutation.kind}: ${mutation.what}: ${why}`),
      [],
    );
  });
}

test.run();
